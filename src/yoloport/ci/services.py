"""The services that a pipeline can be rendered for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yoloport.ci import gitee, github, gitlab, jenkins
from yoloport.ci.plan import Pipeline, Traits


@dataclass(frozen=True)
class Service:
    """One service.

    Args:
        traits: what the plan has to know of it.
        render: the pipeline as the service's text.
        file: where the service looks for the pipeline of a platform, in the repository.
        separator: what parts several pipelines that are printed one after another.
    """

    traits: Traits
    render: Callable[[Pipeline], str]
    file: Callable[[str], str]
    separator: str = "---\n"


SERVICES = {
    "github": Service(github.TRAITS, github.render, github.file),
    "gitlab": Service(gitlab.TRAITS, gitlab.render, gitlab.file),
    "gitee": Service(gitee.TRAITS, gitee.render, gitee.file),
    "jenkins": Service(jenkins.TRAITS, jenkins.render, jenkins.file, "\n"),
}
