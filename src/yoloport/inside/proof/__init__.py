"""What ran where: one line after each training, validation and prediction, and ``report()`` as data."""
