"""A store in memory, for what stands on stores; the stores of the package are tested against their own worlds."""

from dataclasses import dataclass, field

from readygate.baseline.stores import Change, Store
from readygate.support.errors import StoreError


@dataclass
class Memory:
    """Names and bytes.

    `loaded` tells what was asked for, `broken` makes every answer an error, `unloadable` only that to `load`.
    """

    data: dict[str, bytes] = field(default_factory=dict)
    loaded: list[str] = field(default_factory=list)
    broken: bool = False
    unloadable: bool = False

    @property
    def snapshots(self) -> dict[str, bytes]:
        """What is stored of snapshots."""
        return {name: data for name, data in self.data.items() if name.startswith("snapshots/")}

    def store(self) -> Store:
        """The store over this memory."""
        return Store(where="memory", names=self._names, load=self._load, update=self._update)

    def _names(self) -> tuple[str, ...]:
        if self.broken:
            raise StoreError("the store does not answer", where="memory")
        return tuple(sorted(self.data))

    def _load(self, name: str) -> bytes:
        self.loaded.append(name)
        if self.unloadable:
            raise StoreError("the store does not answer", where="memory")
        return self.data[name]

    def _update(self, change: Change) -> None:
        for name, content in change(self._names(), self._load).items():
            if content is None:
                self.data.pop(name)
            else:
                self.data[name] = content
