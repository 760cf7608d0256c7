"""Bad input, typed: what is wrong as a code with parameters, which field, and the code of its remedy."""


class BadValue(ValueError):
    """One value that can't be taken. Never holds the value itself: it may be personal.

    `code` and `remedy` are names in the message catalogue, `params` what their texts name.
    """

    def __init__(self, code: str, field: str = "", **params: str | int) -> None:
        super().__init__(code, field, params)
        self.code = code
        self.field = field
        self.params = params

    @property
    def remedy(self) -> str:
        return f"{self.code}.remedy"

    def at(self, field: str) -> "BadValue":
        """The same error under the field's name in what was given."""
        self.field = field
        self.args = (self.code, field, self.params)
        return self

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        named = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{where}{self.code}" + (f" ({named})" if named else "")
