"""From a picture to what the graph takes: decoding, letterbox or centre crop, normalisation."""
