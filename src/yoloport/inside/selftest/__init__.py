"""Proves in two minutes that the device under torch computes, trains, predicts and converts: `yoloport selftest`."""
