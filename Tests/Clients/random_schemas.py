"""Random JSON schemas of the strict subset, and somewhat beyond it; the same for the same seed."""

import random

FORMATS = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]
PATTERNS = [r"^[a-z]{1,8}$", r"^\d{3}-\d{2}$", r"^(yes|no)$", r"^[A-Z][a-z]+ \w{1,4}$", "ab", r"^[^\s]{2,5}$"]


class SchemaMaker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.definitions = {}

    def document(self):
        schema = self.object(3)
        if self.definitions:
            schema["$defs"] = self.definitions
        return schema

    def value(self, depth):
        kinds = ["string", "integer", "number", "boolean", "null", "enum", "const", "nullable"]
        if depth > 0:
            kinds += ["object", "object", "array", "array", "union", "tagged", "recursive", "tuple"]
        return getattr(self, self.random.choice(kinds))(depth)

    def string(self, _):
        choice = self.random.randrange(5)
        if choice == 0:
            return {"type": "string", "format": self.random.choice(FORMATS)}
        if choice == 1:
            # Bounded, since a model that never ends a string is cut off, which is no answer.
            return {"type": "string", "pattern": self.random.choice(PATTERNS), "maxLength": 16}
        least = self.random.randrange(4)
        return {"type": "string", "minLength": least, "maxLength": least + self.random.randrange(1, 20)}

    def integer(self, _):
        schema = {"type": "integer"}
        choice = self.random.randrange(5)
        if choice in (0, 1):
            schema["minimum"] = self.random.randrange(-2000, 2000)
        if choice in (1, 2):
            schema["maximum"] = schema.get("minimum", 0) + self.random.randrange(60, 5000)
        if choice == 3:
            schema["multipleOf"] = self.random.choice([2, 5, 7, 30])
        if choice == 4:
            schema["exclusiveMinimum"] = self.random.randrange(-50, 50)
            schema["exclusiveMaximum"] = schema["exclusiveMinimum"] + self.random.randrange(2, 100)
        return schema

    def number(self, _):
        schema = {"type": "number"}
        if self.random.randrange(2):
            schema["minimum"] = self.random.choice([0, -1.5, 0.25, 10, -100])
        if self.random.randrange(2):
            schema["maximum"] = schema.get("minimum", 0) + self.random.choice([0.5, 1, 100, 12.75])
        return schema

    def boolean(self, _):
        return {"type": "boolean"}

    def null(self, _):
        return {"type": "null"}

    def enum(self, _):
        words = ["red", "a \"quoted\" one", "größer", "", "line\nend", 7, -1.5, None, True]
        return {"enum": self.random.sample(words, self.random.randrange(1, 6))}

    def const(self, _):
        return {"const": self.random.choice(["fixed", 42, False, "\\"])}

    def nullable(self, _):
        return {"type": [self.random.choice(["string", "integer", "boolean"]), "null"], "maxLength": 12}

    def object(self, depth):
        names = self.random.sample(["name", "age", "items", "größe", "a b", "x", "is_ok", 'q"'], self.random.randrange(1, 5))
        return {
            "type": "object",
            "properties": {name: self.value(depth - 1) for name in names},
            "required": names if self.random.randrange(4) else names[: len(names) // 2],
            "additionalProperties": False,
        }

    def array(self, depth):
        least = self.random.randrange(3)
        return {
            "type": "array",
            "items": self.value(depth - 1),
            "minItems": least,
            "maxItems": least + self.random.randrange(4),
        }

    def tuple(self, depth):
        items = [self.value(depth - 1) for _ in range(self.random.randrange(1, 3))]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}

    def union(self, depth):
        return {"anyOf": [self.value(depth - 1) for _ in range(self.random.randrange(2, 4))]}

    def tagged(self, depth):
        def variant(kind):
            properties = {"kind": {"const": kind}, "value": self.value(depth - 1)}
            return {"type": "object", "properties": properties, "required": ["kind", "value"], "additionalProperties": False}

        return {"oneOf": [variant("a"), variant("b")]}

    def recursive(self, _):
        self.definitions["node"] = {
            "type": "object",
            "properties": {
                "value": {"type": "integer", "minimum": 0, "maximum": 99},
                "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]},
            },
            "required": ["value", "next"],
            "additionalProperties": False,
        }
        return {"$ref": "#/$defs/node"}
