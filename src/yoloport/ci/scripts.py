"""The shell of each job: POSIX, the same for every service.

A job finds REGISTRY, VERSION and YOLOPORT in its environment, the digests that earlier jobs gave, and its secrets.
"""

from __future__ import annotations

import shlex

IMAGE = "yolov8"
"""Name of the image below the registry's folder; its tag is the platform."""


def login(access: str, uses_yoloport: bool) -> str:
    """The beginning: the registry, a folder that goes with the job, and yoloport where the job needs it.

    Args:
        access: ``READ`` or ``PUSH``, the account that the job has.
        uses_yoloport: whether yoloport is to be installed into that folder.
    """
    install = """\
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "$YOLOPORT"
PATH="$work/venv/bin:$PATH"
"""
    return f"""\
set -eu
: "${{REGISTRY:?is not set; it is the registry and the folder in it, such as registry.example.com/ai}}"
IMAGE="$REGISTRY/{IMAGE}"
# Passwords lie in a folder that goes with the job, not in the home of the runner.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOCKER_CONFIG="$work/docker" REGISTRY_AUTH_FILE="$work/docker/config.json"
printf '%s' "$REGISTRY_{access}_TOKEN" |
  docker login --username "$REGISTRY_{access}_USER" --password-stdin "${{REGISTRY%%/*}}"
{install if uses_yoloport else ""}"""


def candidate(tag: str, architecture: str = "") -> str:
    """The tag that an image has while it is not yet tested, as a word for the shell."""
    return f'"$IMAGE:{tag}-candidate-$VERSION{f"-{architecture}" if architecture else ""}"'


def digest_of(reference: str) -> str:
    """A command that prints the digest that a tag has in the registry.

    With a template that begins with .Manifest, buildx 0.13 prints its table instead (tried 2026-11-24).
    """
    return f"docker buildx imagetools inspect --format '{{{{print .Manifest.Digest}}}}' {reference}"


def build(platform: str, architecture: str, said: bool, mirror: str, wheelhouse: bool) -> str:
    """Build for one architecture and send the candidate.

    Args:
        architecture: as engines call it.
        said: whether `image build` takes it as a word for ``--arch``; otherwise it is the runner's own.
        mirror: word for ``--mirror``; empty for none.
        wheelhouse: whether torch comes from a folder of wheels on the runner.
    """
    named = candidate(platform, architecture)
    options = [*(["--arch", architecture] if said else []), *(["--mirror", mirror] if mirror else [])]
    words = shlex.join(["yoloport", "image", "build", platform, "--engine", "docker", *options])
    wheels = ' --wheelhouse "$WHEELHOUSE"' if wheelhouse else ""
    return f"{words}{wheels} --tag {named} --push\ndigest=$({digest_of(named)})\n"


def join(platform: str, digests: tuple[str, ...]) -> str:
    """One manifest list of the architectures' images."""
    named = candidate(platform)
    sources = " ".join(f'"$IMAGE@${digest}"' for digest in digests)
    return f"docker buildx imagetools create --tag {named} {sources}\ndigest=$({digest_of(named)})\n"


def test(out: str, with_device: bool) -> str:
    """Test the image as a user would start it; evidence goes to the folder ``out``."""
    option = " --with-device" if with_device else ""
    return f"""\
docker pull --quiet "$IMAGE@$DIGEST"
yoloport image test "$IMAGE@$DIGEST"{option} --out {out}
"""


def scan(architectures: tuple[str, ...]) -> str:
    """Look for known holes; a critical one that has a fix fails the job (grype 0.117, cmd/grype/cli/options)."""
    lines = [
        f'grype "registry:$IMAGE@$DIGEST" --platform linux/{one} --only-fixed --fail-on critical'
        for one in architectures
    ]
    return "export GRYPE_CHECK_FOR_APP_UPDATE=false\n" + "".join(f"{line}\n" for line in lines)


def sign(keyless: bool) -> str:
    """Sign the list and each image in it.

    With a key nothing goes to the public log: the name of a closed site's registry stays there. Since cosign 3 that
    is said by a signing configuration without services (sigstore/cosign issue 4778, read 2026-11-24).
    """
    if keyless:
        return 'cosign sign --yes --recursive "$IMAGE@$DIGEST"\n'
    return """\
cosign signing-config create > "$work/signing.json"
cosign sign --yes --recursive --signing-config "$work/signing.json" --key "$COSIGN_KEY" "$IMAGE@$DIGEST"
"""


def push(platform: str) -> str:
    """Give the tested digest the tag that stays."""
    return _tag(f"{platform}-$VERSION")


def promote(platform: str, keyless: bool) -> str:
    """Move the platform's tag to the digest, once its signature holds."""
    if keyless:
        who = (
            "  --certificate-oidc-issuer https://token.actions.githubusercontent.com \\\n"
            '  --certificate-identity "$GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF" \\\n'
        )
        return f'cosign verify \\\n{who}  "$IMAGE@$DIGEST" > /dev/null\n{_tag(platform)}'
    verify = 'cosign verify --key "$COSIGN_PUBLIC_KEY" --insecure-ignore-tlog=true "$IMAGE@$DIGEST" > /dev/null\n'
    return verify + _tag(platform)


def _tag(tag: str) -> str:
    # It fails rather than change the digest, for which the signature is (skopeo-copy(1), --preserve-digests).
    return f'skopeo copy --all --preserve-digests "docker://$IMAGE@$DIGEST" "docker://$IMAGE:{tag}"\n'
