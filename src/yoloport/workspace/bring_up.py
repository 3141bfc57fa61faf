"""Start what was arranged."""

from __future__ import annotations

import os

from yoloport.environment import install, prepare
from yoloport.environment.pip import Event
from yoloport.workspace import checks, render_local, start
from yoloport.workspace.arrange import Arranged
from yoloport.workspace.register import Record


def bring_up(arranged: Arranged, report: install.Report) -> Record:
    """Make the environment if it is missing, start, and wait until the server answers with its token.

    Raises:
        any Problem of the data folder, the installation, the engine, or a server that does not answer.
    """
    checks.data_folder(arranged.plan.data)
    record = record_of(arranged)
    if arranged.engine:
        report(f"container from {arranged.plan.image}", Event(arranged.engine.name))
        running = start.container(arranged.plan, record, arranged.engine)
    else:
        assert arranged.prepared  # noqa: S101  arranged without an engine
        environment = prepare.make(arranged.prepared, report)
        report("starting JupyterLab", Event(str(environment.folder)))
        own = render_local.environment(arranged.plan, arranged.request, arranged.choice)
        argv = render_local.command(environment.python)
        running = start.local(arranged.plan, record, argv, render_local.merged(os.environ, own))
    report("waiting until it answers", Event(f"port {record.port}"))
    start.wait(running)
    return running.record


def record_of(arranged: Arranged) -> Record:
    """What the register will hold."""
    plan, request = arranged.plan, arranged.request
    return Record(
        name=plan.name,
        engine=arranged.engine.name if arranged.engine else "local",
        client=arranged.engine.client if arranged.engine else "",
        platform=plan.platform,
        data=str(plan.data),
        port=request.port,
        ssh_port=request.ssh_port,
        expose=request.expose,
        user=plan.user.name,
        python=str(arranged.prepared.folder / "bin/python") if arranged.prepared else "",
    )
