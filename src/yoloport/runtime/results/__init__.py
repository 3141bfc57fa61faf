"""What was found in a picture, as numpy, under the names that Ultralytics' results have."""
