"""``capture``: run a transformers model on inputs and record all of its attention."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from compute.capture.attention_interface import NAME, recording
from compute.capture.captured_heads import CapturedHeads, gathered, kind_of
from compute.capture.captured_output import (
    OutputCalls,
    captured_output,
    output_layer_of,
    watching,
)
from compute.capture.libraries import array, torch, transformers
from compute.capture.recorder import Recorder
from compute.capture.tracing import tracing
from compute.core.foreign_files import refuse_model
from compute.core.refusal import Refused, refusing, shown

# configuration entries that state the maximum length of a text
_LONGEST = ("max_position_embeddings", "n_positions", "max_seq_len")
# inputs that are the tokens of a text, and those of a decoder
IDS, DECODER_IDS = "input_ids", "decoder_input_ids"


def capture(
    model: Any,
    inputs: Any,
    *,
    tokenizer: Any = None,
    target: str = "",
    part: str = "",
    sequence: int = 0,
    tokens: Sequence[str] = (),
    key_tokens: Sequence[str] = (),
    attention: bool | None = None,
    output: bool = False,
) -> CapturedHeads:
    """Capture queries, keys, values and everything else in the logits of all heads of a model, and
    verify them.

    model: a transformers model, its folder, or a name that transformers resolves; inputs: a text, a
    mapping of the model's inputs, or its main input.  tokenizer: for a text, if the model is not given
    by name; target: the text of a separate decoder; part: the stack of layers, or part of its name, if
    there are several (default: the one with most layers); sequence: index in a batch; tokens,
    key_tokens: labels of queries and keys; attention: whether to keep the model's own weights
    (None: if they are small); output: whether to capture the output layer too, with the hidden states
    of the text, for `steer`.  Raises ValueError for a model that cannot be captured.
    """
    name = model if isinstance(model, str | Path) else getattr(model, "name_or_path", "")
    if isinstance(model, str | Path):
        model, tokenizer = loaded(str(model), tokenizer, output)
    library = torch()
    model = getattr(model, "_orig_mod", model)  # a compiled model's original
    if not isinstance(model, library.nn.Module):
        raise Refused(
            f"model must be a PyTorch module, a folder or a name, got {shown(model)}; for a "
            "TransformerLens cache use compute.from_transformer_lens"
        )
    if isinstance(inputs, list | tuple) and all(isinstance(each, str) for each in inputs):
        raise Refused(f"one text is captured at a time, got {shown(inputs)}")
    text = inputs if isinstance(inputs, str) else ""
    given = _given(model, inputs, tokenizer, target)
    if isinstance(sequence, bool) or not hasattr(sequence, "__index__"):
        raise Refused(f"sequence must be a whole number, got {shown(sequence)}")
    recorder = Recorder(sequence, attention, batch=_batch(given))
    with watching(model) if output else nullcontext(OutputCalls()) as calls:
        _run(model, given, recorder)
    words = _words(tokenizer, given, sequence)

    def labels(part: str, m: int, n: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        own = _named(part, words, m)
        keys = _named("encoder", words, n) if kind_of(part) == "cross" or m != n else own
        return (
            tuple(tokens) if len(tokens) == m else own,
            tuple(key_tokens or tokens) if len(key_tokens or tokens) == n else keys,
        )

    title = Path(str(name)).name or type(model).__name__
    found = replace(gathered(recorder.calls, labels, title, text, part), unseen=recorder.unseen())
    if not output:
        return found
    vocabulary = _vocabulary(tokenizer, len(output_layer_of(model).weight))
    last = captured_output(model, calls, sequence, vocabulary, found.tokens)
    return replace(found, output=last)


def _vocabulary(tokenizer: Any, count: int) -> tuple[str, ...]:
    """Return the words of an output layer, numbers where the tokenizer has none."""
    if tokenizer is None:
        return tuple(map(str, range(count)))
    known = tokenizer.convert_ids_to_tokens(list(range(min(count, len(tokenizer)))))
    named = [f"<{i}>" if word is None else str(word) for i, word in enumerate(known)]
    return (*named, *(f"<{i}>" for i in range(len(named), count)))


def loaded(name: str, tokenizer: Any = None, output: bool = False) -> tuple[Any, Any]:
    """Load a model from a folder, a .gguf file or a name, in float32; return it with its tokenizer or
    None.  output: with its output layer, as a causal language model.

    Raises Refused if transformers cannot load it.
    """
    refuse_model(name)
    library = transformers()
    path = Path(name)
    if not path.exists() and (path.is_absolute() or name.startswith(".")):
        raise Refused(f"there is no model folder {shown(name)}")
    # code supplied with a model is never run, and the user is not asked to allow it
    source: str = name
    extra: dict[str, Any] = {"trust_remote_code": False}
    if path.suffix.lower() == ".gguf":
        source, extra = str(path.parent), {**extra, "gguf_file": path.name}
    with refusing(f"{shown(name)} cannot be loaded as a model by transformers"), _quiet():
        # whatever kernels its configuration asks for, which may not be installed
        kind = library.AutoModelForCausalLM if output else library.AutoModel
        model, report = kind.from_pretrained(
            source, dtype=torch().float32, attn_implementation="eager", output_loading_info=True,
            **extra,
        )  # fmt: skip
    if output and report["missing_keys"]:  # transformers fills them with random numbers
        raise Refused(
            f"{shown(name)} has no weights {shown(sorted(report['missing_keys'])[0])}: --output needs "
            "the files of a whole language model"
        )
    if tokenizer is None:
        try:
            with _quiet():
                tokenizer = library.AutoTokenizer.from_pretrained(source, **extra)
        except Exception:  # a vision or audio model has none
            tokenizer = None
        if tokenizer is not None and not set(tokenizer.get_vocab()) - {
            *tokenizer.all_special_tokens
        }:
            tokenizer = None  # there are no files of one, and no word is known
    return model, tokenizer


@contextmanager
def _quiet() -> Iterator[None]:
    """While entered, transformers says errors only: the standard error is for the program's lines."""
    library = sys.modules.get("transformers")
    if library is None:
        yield
        return
    logging = library.utils.logging
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


def _given(model: Any, inputs: Any, tokenizer: Any, target: str) -> dict[str, Any]:
    """Return the arguments for a call of the model, as tensors on its device.  Raises Refused."""
    library = torch()
    if isinstance(inputs, str):
        main = getattr(model, "main_input_name", IDS)
        if main != IDS and IDS not in inspect.signature(model.forward).parameters:
            raise Refused(
                f"{type(model).__name__} takes {main} and no text: compute.capture(model, inputs) "
                "takes the tensors that it is called with"
            )
        found = _accepted(model, _tokenized(tokenizer, inputs))
    elif isinstance(inputs, Mapping) or hasattr(inputs, "keys"):
        found = {name: inputs[name] for name in inputs}
    elif getattr(inputs, "ndim", isinstance(inputs, list | tuple)):
        found = {getattr(model, "main_input_name", IDS): inputs}
    else:
        raise Refused(
            "inputs must be a text, a mapping of the model's inputs, or its main input, got "
            f"{shown(inputs)}"
        )
    if target:
        found[DECODER_IDS] = _tokenized(tokenizer, target)[IDS]
    config = getattr(model, "config", None)
    if getattr(config, "is_encoder_decoder", False) and not any("decoder" in n for n in found):
        start = getattr(config, "decoder_start_token_id", None)
        found[DECODER_IDS] = library.tensor([[0 if start is None else start]])
    device = next((p.device for p in model.parameters()), "cpu")
    tensors = {n: _tensor(library, value, device) for n, value in found.items()}
    for name in (IDS, DECODER_IDS):
        if getattr(tensors.get(name), "ndim", 0):
            _check_length(config, name, int(tensors[name].shape[-1]))
    return tensors


def _tensor(library: Any, value: Any, device: Any) -> Any:
    if isinstance(value, library.Tensor):
        return value.to(device)
    try:
        return library.as_tensor(value).to(device)
    except (TypeError, ValueError, RuntimeError):
        return value


def _tokenized(tokenizer: Any, text: str) -> dict[str, Any]:
    if tokenizer is None:
        raise Refused(
            "a text needs a tokenizer, and none was given; for a model of images or audio, "
            "pass its input tensors to compute.capture(model, inputs)"
        )
    if not text.strip():
        raise Refused("the text must not be empty")
    with refusing("the tokenizer cannot read the text"):
        return dict(tokenizer(text, return_tensors="pt"))


def _accepted(model: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Return those outputs of a tokenizer that the model accepts."""
    parameters = inspect.signature(model.forward).parameters
    if any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters.values()):
        return found
    return {name: value for name, value in found.items() if name in parameters}


def _check_length(config: Any, name: str, length: int) -> None:
    """Refuse a text longer than the model's maximum."""
    config = config.get_text_config() if hasattr(config, "get_text_config") else config
    for entry in _LONGEST:
        most = getattr(config, entry, None)
        if isinstance(most, int) and 0 < most < length:
            raise Refused(
                f"{name} has {length} tokens, and the model takes at most {most} ({entry}): "
                "shorten the text"
            )


def _run(model: Any, given: dict[str, Any], recorder: Recorder) -> None:
    """Run a model in evaluation mode without gradients.  Raises Refused.

    If nothing was recorded, run it again with its own eager functions.
    """
    kind, modes = type(model).__name__, [(each, each.training) for each in model.modules()]
    fused = getattr(getattr(model, "config", None), "_attn_implementation", None)
    model.eval()
    try:
        with refusing(f"{kind} cannot run on these inputs"), _quiet():
            try:
                _run_once(model, given, recorder, NAME)
            except Exception as problem:
                if NAME not in str(problem):
                    raise
            if not recorder.calls:
                _run_once(model, given, recorder, "eager")
    finally:
        for each, training in modes:  # some may be frozen
            each.training = training
    if not recorder.calls:
        raise Refused(_unseen(kind, fused, recorder.unseen()))


def _run_once(model: Any, given: dict[str, Any], recorder: Recorder, implementation: str) -> None:
    with (
        torch().no_grad(),
        recording(model, recorder, implementation),
        tracing(recorder, written_out=True, batch=_batch(given)),
    ):
        model(**given)


def _batch(given: dict[str, Any]) -> int:
    """Return the batch size of the inputs."""
    return next((len(value) for value in given.values() if getattr(value, "ndim", 0)), 1)


def _unseen(kind: str, fused: str | None, places: tuple[str, ...]) -> str:
    """Words for a model of some kind, of which no attention was seen."""
    if fused not in (None, "eager", "sdpa"):
        return (
            f"{kind} computes attention in kernels that hide the weights "
            f"(attn_implementation={shown(fused)}): load it with attn_implementation='eager'"
        )
    seen = (
        f"{kind} has no attention that can be seen: no softmax of queries times keys weighs values"
    )
    if not places:
        return seen
    return (
        f"{seen} in {', '.join(places)}. It may attend in chunks, which are not followed, or by "
        "kernels of its own, such as xformers or flash attention, which must be switched off"
    )


def _words(tokenizer: Any, given: dict[str, Any], sequence: int) -> dict[str, tuple[str, ...]]:
    """Return the tokens of the (encoder's) text and of the decoder's, as the tokenizer writes them."""
    found = {}
    for title, name in (("encoder", IDS), ("decoder", DECODER_IDS)):
        if tokenizer is not None and name in given:
            ids = array(given[name])
            row = ids[sequence if len(ids) > 1 else 0]
            words = tokenizer.convert_ids_to_tokens([int(i) for i in row])
            found[title] = tuple(str(word) for word in words)
    return found


def _named(part: str, words: dict[str, tuple[str, ...]], count: int) -> tuple[str, ...]:
    """Return labels of ``count`` tokens of a stack: those of its text if their number agrees."""
    own = "decoder" if kind_of(part) in ("decoder", "cross") else "encoder"
    for title in (own, *words):
        if len(words.get(title, ())) == count:
            return words[title]
    return tuple(str(number) for number in range(count))
