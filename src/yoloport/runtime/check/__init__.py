"""Whether the runtime computes rightly here, with a model whose answers are known; needs no file and no network."""
