"""Pipelines for services that build, test and release the images: one plan, a renderer for each service."""
