"""Small models of many architectures, with random weights that make their attention sharp.

Two layers of four heads of sixteen numbers, unless an architecture has its own way to say so.
"""

from __future__ import annotations

from typing import Any

import torch
import transformers

IDS = torch.arange(5, 17)[None]
TEXT = {"input_ids": IDS}
PAIR = {"input_ids": IDS, "decoder_input_ids": IDS[:, :5]}
PICTURE = {"pixel_values": 3 * torch.linspace(-9, 9, 3 * 32 * 32).sin().reshape(1, 3, 32, 32)}
SOUND = {
    "input_features": torch.linspace(-9, 9, 8 * 40).sin().reshape(1, 8, 40),
    "decoder_input_ids": IDS[:, :5],
}

SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
BASE = {
    "vocab_size": 100,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}
# two heads share their keys
SHARED = {**BASE, **SPECIAL, "num_key_value_heads": 2, "head_dim": 16}
WINDOW = {**SHARED, "sliding_window": 4}
GPT = {"vocab_size": 100, "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 64, **SPECIAL}
VISION = {k: v for k, v in BASE.items() if k not in ("vocab_size", "max_position_embeddings")}
VISION |= {"image_size": 32, "patch_size": 8}
T5 = {"vocab_size": 100, "d_model": 64, "d_kv": 16, "num_heads": 4, "num_layers": 2, "d_ff": 64}
SEQ2SEQ = {
    **SPECIAL,
    "vocab_size": 100,
    "d_model": 64,
    "max_position_embeddings": 64,
    "decoder_start_token_id": 2,
    **{f"{half}_{k}": v for half in ("encoder", "decoder")
       for k, v in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 64))},
}  # fmt: skip

# the configuration of each, and what it is given
ARCHITECTURES: dict[str, tuple[dict[str, Any], dict[str, torch.Tensor]]] = {
    "Bert": (BASE, TEXT),
    "Roberta": ({**BASE, "pad_token_id": 1}, TEXT),
    "Albert": ({**BASE, "embedding_size": 32}, TEXT),
    "ModernBert": ({**BASE, **SPECIAL, "global_attn_every_n_layers": 2, "local_attention": 4}, TEXT),
    "GPT2": (GPT, TEXT),
    "GPT2 by layer": ({**GPT, "scale_attn_by_inverse_layer_idx": True}, TEXT),
    "GPTJ": ({**GPT, "rotary_dim": 8}, TEXT),
    "GPTNeoX": ({**BASE, **SPECIAL}, TEXT),
    "Llama": (SHARED, TEXT),
    "Mistral": (WINDOW, TEXT),
    "Mixtral": ({**SHARED, "num_local_experts": 2}, TEXT),
    "Qwen2": (SHARED, TEXT),
    "Qwen3": (SHARED, TEXT),
    "Gemma2": ({**WINDOW, "attn_logit_softcapping": 2.0, "layer_types": [
        "sliding_attention", "full_attention"]}, TEXT),
    "Gemma3Text": (WINDOW, TEXT),
    "GptOss": ({**WINDOW, "num_local_experts": 2, "num_experts_per_tok": 1}, TEXT),
    "Granite": ({**SHARED, "attention_multiplier": 0.03}, TEXT),
    "Cohere2": (WINDOW, TEXT),
    "Llama4Text": ({**SHARED, "num_local_experts": 2, "attention_chunk_size": 4,
                    "intermediate_size_mlp": 64}, TEXT),
    "DiffLlama": (SHARED, TEXT),
    # values are narrower than keys
    "DeepseekV3": ({**BASE, **SPECIAL, "num_key_value_heads": 4, "q_lora_rank": 16, "kv_lora_rank": 16,
                    "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16,
                    "n_routed_experts": 4, "num_experts_per_tok": 2, "n_group": 2, "topk_group": 1,
                    "moe_intermediate_size": 32, "first_k_dense_replace": 1}, TEXT),
    "T5": (T5, PAIR),
    "Bart": (SEQ2SEQ, PAIR),
    "Whisper": ({**SEQ2SEQ, "num_mel_bins": 8, "max_source_positions": 20,
                 "max_target_positions": 20}, SOUND),
    "ViT": (VISION, PICTURE),
    "Dinov2": (VISION, PICTURE),
    "Beit": ({**VISION, "use_relative_position_bias": True}, PICTURE),
    # these write attention out themselves
    "Bloom": ({"vocab_size": 100, "hidden_size": 64, "n_layer": 2, "n_head": 4, **SPECIAL}, TEXT),
    "Mpt": ({"vocab_size": 100, "d_model": 64, "n_layers": 2, "n_heads": 4, "max_seq_len": 64}, TEXT),
    "Falcon": ({**BASE, **SPECIAL}, TEXT),
    "GPTNeo": ({"vocab_size": 100, "hidden_size": 64, "num_layers": 2, "num_heads": 4,
                "attention_types": [[["global", "local"], 1]], "window_size": 4,
                "max_position_embeddings": 64, **SPECIAL}, TEXT),
    "DebertaV2": ({**BASE, "relative_attention": True, "pos_att_type": ["c2p", "p2c"],
                   "position_buckets": 8}, TEXT),
    "XLNet": ({"vocab_size": 100, "d_model": 64, "n_layer": 2, "n_head": 4, "d_inner": 64}, TEXT),
    "MPNet": (BASE, TEXT),
    "CTRL": ({"vocab_size": 100, "n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 64,
              "dff": 64}, TEXT),
}  # fmt: skip


def model_of(name: str, **settings: Any) -> tuple[Any, dict[str, torch.Tensor]]:
    """A model of an architecture, the same each time, and inputs of it."""
    stated, inputs = ARCHITECTURES[name]
    kind = name.split()[0]
    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(**stated, **settings)
    model = getattr(transformers, f"{kind}Model")(config).eval()
    with torch.no_grad():
        for part, weight in model.named_parameters():
            if weight.dim() >= 2:
                weight.mul_(8.0)
            if "sink" in part or "relative" in part:
                weight.normal_(0.0, 1.0)
    return model, inputs


def own_rows(name: str) -> dict[str, list[torch.Tensor]]:
    """The attention (heads, queries, keys) that an eager copy of a model answers with, by its kind."""
    model, inputs = model_of(name, attn_implementation="eager")
    with torch.no_grad():
        answer = model(**inputs, output_attentions=True)
    kinds = {"attentions": "", "encoder_attentions": "encoder", "decoder_attentions": "decoder",
             "cross_attentions": "cross"}  # fmt: skip
    return {
        kind: [rows[0] for rows in answer[field]]
        for field, kind in kinds.items()
        if answer.get(field)
    }
