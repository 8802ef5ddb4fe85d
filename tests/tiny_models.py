"""Transformers of some ten thousand random weights, written to a folder as a hub would give them."""

import torch
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

CHARACTERS = "政策科技创新金融改革绿色发展国國务院经济增长企业工厂原则query:passage为这个句子生成表示以用于检索相关文章：，。GDPgdp0123456789"
LIMIT = 64


def _write(folder, network, **options):
    torch.manual_seed(7)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(CHARACTERS)]
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=LIMIT,
        initializer_range=0.5,  # with the usual 0.02 the vectors of all texts are nearly the same
        **options,
    )
    network(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    tokenizer = BertTokenizerFast(
        vocab=str(folder / "vocab.txt"), model_max_length=LIMIT, do_lower_case=False
    )
    tokenizer.save_pretrained(folder)
    return folder


def make_embedder(folder, prompts=None):
    """Write a mean-pooled BERT of 32 dimensions, with `prompts` in its own configuration where given."""
    _write(folder, BertModel)
    SentenceTransformer(str(folder), prompts=prompts, device="cpu").save(str(folder))
    return folder


def make_cross_encoder(folder, labels=1):
    """Write a BERT that scores pairs of texts by `labels` numbers."""
    return _write(folder, BertForSequenceClassification, num_labels=labels)
