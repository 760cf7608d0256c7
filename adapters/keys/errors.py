"""What can be wrong with keys; none ever holds a value or a key."""

from adapters.store.errors import StoreError


class KeysLost(StoreError):
    """The log is there and its keys aren't (params: address)."""

    code = "keys.lost"


class KeysExist(StoreError):
    """Keys of another log stand where new ones should go (params: address)."""

    code = "keys.exist"


class KeysForeign(StoreError):
    """The keys are of another log, or the file is something else (params: address)."""

    code = "keys.foreign"


class KeyMissing(StoreError):
    """A value's key isn't there, and the log doesn't say that it was forgotten (params: of)."""

    code = "keys.missing"


class SealBroken(StoreError):
    """A sealed value was altered, or its key is another's (params: of, kind)."""

    code = "keys.seal-broken"


class OwnerForgotten(StoreError):
    """Nothing personal is kept any more of who was forgotten (params: of)."""

    code = "keys.forgotten"


class MasterMissing(StoreError):
    """There is no master key at its address (params: address)."""

    code = "keys.master-missing"


class MasterWrong(StoreError):
    """The master key doesn't open these keys (params: master)."""

    code = "keys.master-wrong"


class MasterBad(StoreError):
    """What stands at the address is no master key, or the address is none (params: address)."""

    code = "keys.master-bad"


class MasterFixed(StoreError):
    """A master key that doudi can't replace where it stands (params: address)."""

    code = "keys.master-fixed"


class KeysTaken(StoreError):
    """A backup goes only where nothing stands yet (params: path)."""

    code = "keys.taken"
