# `make run` and `make test` are all that is needed; each sets up what is missing.
.PHONY: run test test-models campaign fuzz mutants bench docs format clean

BIN := .venv/bin
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
	@echo "== tests"   && OPENBLAS_NUM_THREADS=1 LP_NUM_THREADS=1 xvfb-run -a -s "-screen 0 1400x1000x24" $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# of real models, in an environment of PyTorch for the processor alone
test-models:
	@./setup.sh test
	@test -x .venv-models/bin/python || { $(BIN)/python -m venv .venv-models && \
	  .venv-models/bin/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements-models.lock; } || \
	  { rm -rf .venv-models; echo "The lock is of Python 3.11 on x86-64 Linux: name an index that has PyTorch for" \
	    "the processor alone in PIP_EXTRA_INDEX_URL" >&2; exit 1; }
	OPENBLAS_NUM_THREADS=1 HF_HUB_OFFLINE=1 .venv-models/bin/python -m pytest tests/models -W default

campaign:
	@./setup.sh test
	$(BIN)/python -m tests.campaign

fuzz:
	@./setup.sh test
	$(BIN)/python -m tests.fuzz --seed 1 --files 30000
	$(BIN)/python -m tests.fuzz_formulas --seed 1 --count 5000

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

format:
	@./setup.sh test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-bench .venv-geomstats .venv-models build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
