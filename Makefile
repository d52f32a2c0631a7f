# `make run` and `make test` are all that is needed; each sets up what is missing.
.PHONY: run test test-models campaign fuzz mutants bench docs site format clean

BIN := .venv/bin
# hundreds of short processes would compile every module anew
export PYTHONDONTWRITEBYTECODE :=
SCENE := bank
PICTURE := attention-geodesics.png

run:
	@./setup.sh run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  $(BIN)/attention-geodesics; \
	else \
	  echo "No display: rendering the default scene instead."; \
	  $(BIN)/attention-geodesics render $(SCENE) -o $(PICTURE) && echo "It is in $(CURDIR)/$(PICTURE)"; \
	fi

test:
	@./setup.sh test
	@echo "== format"  && $(BIN)/ruff format --check .
	@echo "== lint"    && $(BIN)/ruff check .
	@echo "== types"   && $(BIN)/mypy
	@echo "== imports" && $(BIN)/lint-imports --no-logo
	@echo "== tests"   && OPENBLAS_NUM_THREADS=1 LP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# of real models, in an environment of PyTorch for the processor alone, made anew when its lock changes;
# its index is asked where it can be reached, for other indices have PyTorch for graphics cards
PYTORCH := https://download.pytorch.org/whl/cpu
test-models:
	@./setup.sh test
	@cmp -s requirements-models.lock .venv-models/lock || { \
	  echo "Installing PyTorch and transformers"; rm -rf .venv-models; \
	  for p in $(BIN)/python python3.11; do \
	    $$p -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && python=$$p && break; \
	  done; \
	  index=$$($(BIN)/python -c 'import urllib.request as u; u.urlopen("$(PYTORCH)/torch/", timeout=5)' \
	    2>/dev/null && echo --extra-index-url=$(PYTORCH)); \
	  $${python:-false} -m venv .venv-models && .venv-models/bin/python -m pip install -qq --no-compile \
	    --no-deps --require-hashes -r requirements-models.lock $$index && \
	  cp requirements-models.lock .venv-models/lock; \
	} || { rm -rf .venv-models; echo "The tests of models could not be set up: their lock is of Python 3.11 on" \
	  "x86-64 Linux; an index with PyTorch for the processor may be named in PIP_EXTRA_INDEX_URL" >&2; exit 1; }
	@echo "== models"  && OPENBLAS_NUM_THREADS=1 HF_HUB_OFFLINE=1 .venv-models/bin/python -m pytest tests/models -W default

campaign:
	@./setup.sh test
	$(BIN)/python -m tests.campaign

fuzz:
	@./setup.sh test
	$(BIN)/python -m tests.fuzz --seed 1 --files 30000
	$(BIN)/python -m tests.fuzz_formulas --seed 1 --count 5000
	xvfb-run -a -s "-screen 0 1400x1000x24" $(BIN)/python -m tests.monkey --seed 1 --actions 5000

mutants:
	@./setup.sh test
	OPENBLAS_NUM_THREADS=1 LP_NUM_THREADS=1 xvfb-run -a -s "-screen 0 1400x1000x24" $(BIN)/python -m tests.mutants --seed 1 --count 100

bench:
	@./setup.sh test
	@test -x .venv-bench/bin/python || { $(BIN)/python -m venv .venv-bench && \
	  .venv-bench/bin/python -m pip install --quiet --require-hashes -r requirements-bench.lock; }
	@test -x .venv-geomstats/bin/python || { $(BIN)/python -m venv .venv-geomstats && \
	  .venv-geomstats/bin/python -m pip install --quiet --require-hashes -r requirements-geomstats.lock; }
	xvfb-run -a -s "-screen 0 1400x1000x24" $(BIN)/attention-geodesics bench

docs:
	@./setup.sh test
	xvfb-run -a -s "-screen 0 1400x1000x24" $(BIN)/python docs/make.py
	@$(MAKE) --no-print-directory site

# strict: a link that leads nowhere, a file of elsewhere and a folder of this machine are errors
site:
	@./setup.sh run
	@cmp -s requirements-docs.lock .venv-docs/lock || { \
	  echo "Installing Sphinx"; rm -rf .venv-docs; $(BIN)/python -m venv .venv-docs && \
	  .venv-docs/bin/python -m pip install -qq --no-deps --require-hashes -r requirements-docs.lock && \
	  cp requirements-docs.lock .venv-docs/lock; }
	@rm -rf build/site
	@echo "== pages" && $(BIN)/python -m docs.site build/site-made
	@echo "== site"  && .venv-docs/bin/python -m sphinx -q -W --keep-going -E -b html -c docs/site \
	  -d build/site-made/doctrees build/site-made/source build/site
	@$(BIN)/python -m docs.site.check build/site
	@echo "It is in $(CURDIR)/build/site/index.html"

format:
	@./setup.sh test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-bench .venv-geomstats .venv-models .venv-docs build dist *.egg-info .reach .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
