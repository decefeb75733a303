"""What the model says of a key: whether it is dated, a list of parts by id, a part of its own, or a plain value."""

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.contract.parts import Value

Kind = Literal["dated", "by_id", "part", "mapping", "plain"]


@dataclass(frozen=True)
class Shape:
    """What stands under a key; ``model`` is that of its parts, ``values`` the annotation of a mapping's values."""

    kind: Kind
    model: type[BaseModel] | None = None
    values: Any = None


def field_of(model: type[BaseModel], key: str) -> FieldInfo | None:
    """Return the model's field that is written ``key``."""
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def shape_of(annotation: Any) -> Shape:
    """Return what an annotation stands for; ``None`` among its choices is passed over."""
    inner = plain_type(annotation)
    if get_origin(inner) is list:
        item = plain_type(get_args(inner)[0])
        if is_model(item) and issubclass(item, Value):
            return Shape("dated", item)
        return Shape("by_id", item) if is_model(item) and "id" in item.model_fields else Shape("plain")
    if get_origin(inner) is dict:
        return Shape("mapping", values=get_args(inner)[1])
    return Shape("part", inner) if is_model(inner) else Shape("plain")


def plain_type(annotation: Any) -> Any:
    """Return an annotation without its Annotated and without None."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        others = [one for one in get_args(annotation) if one is not type(None)]
        return plain_type(others[0]) if len(others) == 1 else annotation
    return annotation


def is_model(annotation: Any) -> bool:
    """Say whether an annotation is a model of ours."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
