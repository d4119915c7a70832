"""The user's settings: ``config.toml``, read into one frozen dataclass."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.errors import UsageError


@dataclass(frozen=True)
class Config:
    """Defaults for every command; flags win over them.

    Attributes:
        model: model reference (``auto``, ``smollm2``, ``personagpt``, ``hub:...``, a folder).
        dtype: ``auto`` (bfloat16 on CUDA, float32 elsewhere), ``float32`` or ``bfloat16``.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        threads: CPU threads of the model; 0 means one less than there are, to keep the
            screen responsive (all of them for headless self-play).
        goals: name or path of the goal set.
        dialect: goal dialect of the persona format, ``A``, ``B`` or ``C``.
        persona: persona the model plays when none is named; empty draws one at random.
        theme: colours of the app; empty keeps those chosen there.
        sampling: how replies are sampled.
        keys: keys of the app's commands by the command's id, several separated by commas.
    """

    model: str = "auto"
    dtype: str = "auto"
    device: str = "auto"
    threads: int = 0
    goals: str = "everyday"
    dialect: str = "C"
    persona: str = ""
    theme: str = ""
    sampling: Sampling = Sampling()
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Check the choices.

        Raises:
            ValueError: naming the key and what is expected.
        """
        if self.dtype not in ("auto", "float32", "bfloat16"):
            raise ValueError("'dtype': expected auto, float32 or bfloat16")
        if self.dialect not in ("A", "B", "C"):
            raise ValueError("'dialect': expected A, B or C")
        if self.threads < 0:
            raise ValueError("'threads': expected 0 (automatic) or more")


def load_config(path: Path) -> Config:
    """Read a config file; a missing one means the defaults.

    Raises:
        UsageError: naming the file, the key and what is expected.
    """
    shown = display_line(str(path))
    try:
        # Some editors begin a file with a byte-order mark, which is no TOML.
        data = tomllib.loads(path.read_bytes().decode("utf-8").removeprefix("\ufeff"))
    except FileNotFoundError:
        return Config()
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8: save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not valid TOML: {display_line(str(error))}.") from None
    try:
        sampling = _build(Sampling, data.pop("sampling", {}), "sampling.")
        keys = _keys(data.pop("keys", {}))
        config: Config = _build(Config, data, "", sampling=sampling, keys=keys)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{shown}: {display_line(str(error))}.") from None
    return config


def _build(kind: Any, data: Any, prefix: str, **given: Any) -> Any:
    if not isinstance(data, dict):
        raise TypeError(f"'{prefix.rstrip('.')}': expected a table")
    types = {f.name: type(f.default) for f in fields(kind) if f.name not in given}
    for key, value in data.items():
        if key not in types:
            raise ValueError(f"'{prefix}{key}' is not a setting; there are {', '.join(types)}")
        kinds = (int, float) if types[key] is float else (types[key],)
        if not isinstance(value, kinds) or (isinstance(value, bool) and types[key] is not bool):
            raise TypeError(f"'{prefix}{key}': expected {types[key].__name__}, found {value!r}")
    return kind(**data, **given)


def _keys(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        raise TypeError("'keys': expected a table")
    for command, keys in data.items():
        if not isinstance(keys, str) or not all(key.strip() for key in keys.split(",")):
            raise TypeError(
                f'\'keys.{command}\': expected keys such as "f5" or "g,home", found {keys!r}'
            )
    return dict(data)
