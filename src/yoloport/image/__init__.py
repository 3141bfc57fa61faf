"""From a platform to an image: recipe, Dockerfile, build."""
