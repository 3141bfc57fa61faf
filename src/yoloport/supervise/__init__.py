"""The parent process of a workspace: starts JupyterLab and sshd, and stops them without losing a checkpoint.

Runs inside the workspace's environment, in a container or as a process of the user; imports no torch.
"""
