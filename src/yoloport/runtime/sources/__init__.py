"""Where pictures come from: files, folders, lists, arrays, videos, streams, cameras. Everything streams."""
