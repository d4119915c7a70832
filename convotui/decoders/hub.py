"""Snapshots from the Hugging Face hub: what is cached first, the network only if need be."""

from __future__ import annotations

from pathlib import Path

from convotui.errors import ModelError


def snapshot(repo: str, revision: str | None, patterns: tuple[str, ...]) -> Path:
    """Find or download the files of a repository.

    A revision that is in the hub's cache is used as it is, without asking the network.

    Raises:
        ModelError: no such repository or revision, or no network.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    wanted = list(patterns)
    try:
        return Path(
            snapshot_download(repo, revision=revision, allow_patterns=wanted, local_files_only=True)
        )
    except LocalEntryNotFoundError:
        pass  # not cached: ask the hub
    except HFValidationError:
        raise ModelError(f"{repo} is not a name the hub knows: write hub:org/name.") from None
    where = f"{repo}@{revision}" if revision else repo
    try:
        return Path(snapshot_download(repo, revision=revision, allow_patterns=wanted))
    except GatedRepoError:
        raise ModelError(
            f"{where} asks for a licence to be accepted: do so on its page on the hub, then "
            "log in with 'hf auth login'."
        ) from None
    except RevisionNotFoundError:
        raise ModelError(f"{repo} has no revision {revision}.") from None
    except RepositoryNotFoundError:
        raise ModelError(f"There is no {repo} on the hub, or it is private.") from None
    except (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError):
        raise ModelError(
            f"{where} is not on this machine and the hub cannot be reached: check the network, "
            "or use --model smollm2."
        ) from None
