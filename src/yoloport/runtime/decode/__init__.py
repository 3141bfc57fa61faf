"""From the graph's numbers to boxes, masks, keypoints, rotated boxes or class scores in the picture's pixels."""
