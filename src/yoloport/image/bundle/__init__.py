"""Everything for a site without a network in one folder: image, sums, weights, sample, documents, how to start."""
