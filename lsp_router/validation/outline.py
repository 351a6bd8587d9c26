"""The names that others may call: definitions by qualified name, with their parameters where they can be read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_router.validation.grammars import Source

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    needed: bool
    keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A public name; `parameters` is None where the language's are not read."""

    name: str
    line: int
    parameters: tuple[Parameter, ...] | None = None
    open_ended: bool = False
    """Takes any further arguments."""


_DEFINES = re.compile(
    r"(?:function|method|constructor|class|abstract_class|interface|enum|record|struct|trait|module|namespace|type|mod|type_alias|"
    r"singleton_method|generator_function)(?:_(?:declaration|definition|item|specifier|spec|signature))?"
)
_CALLABLE = re.compile(r"function|method|constructor")
_PRIVATE = re.compile(r"\b(?:private|fileprivate|local)\b")
_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})


def python_outline(tree: ast.Module) -> list[Definition]:
    return list(_python(tree.body, ""))


def python_names(tree: ast.Module) -> frozenset[str]:
    """Every qualified name bound in a module or in its classes, however."""
    return frozenset(_bound(tree.body, ""))


def outline(source: Source, language: str) -> list[Definition]:
    """The definitions of any language with a grammar, outside of function bodies."""
    return list(_definitions(source, source.tree.root_node, "", language))


def _python(body: list[ast.stmt], outer: str) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_public(node.name):
            yield _python_function(node, outer)
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            yield Definition(outer + node.name, node.lineno)
            yield from _python(node.body, f"{outer}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from _python([*node.body, *node.orelse], outer)


def _python_function(node: ast.FunctionDef | ast.AsyncFunctionDef, outer: str) -> Definition:
    plain = [*node.args.posonlyargs, *node.args.args]
    if outer and plain and not any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list):
        plain = plain[1:]
    first_default = len(plain) - len(node.args.defaults)
    parameters = [Parameter(a.arg, n < first_default) for n, a in enumerate(plain)]
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    parameters += [Parameter(a.arg, default is None, keyword_only=True) for a, default in keywords]
    more = node.args.vararg is not None or node.args.kwarg is not None
    return Definition(outer + node.name, node.lineno, tuple(parameters), more)


def _bound(body: list[ast.stmt], outer: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield outer + node.name
            yield from _bound(node.body, f"{outer}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield outer + node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (outer + (alias.asname or alias.name.split(".", maxsplit=1)[0]) for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign) or type(node).__name__ == "TypeAlias":
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            yield from (outer + name.id for name in stored)
        elif isinstance(node, ast.If | ast.Try):
            yield from _bound([*node.body, *node.orelse], outer)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _definitions(source: Source, node: Node, outer: str, language: str) -> Iterator[Definition]:
    for child in node.named_children:
        name = _name(source, child, language)
        if name is None:
            if not _CALLABLE.search(child.type) and "block" not in child.type and "expression" not in child.type:
                scope = _scope(source, child)
                yield from (
                    _definitions(source, child, f"{outer}{scope}.", language)
                    if scope
                    else _definitions(source, child, outer, language)
                )
        elif _is_open(source, child, name, language):
            function = _function(child)
            read = _parameters(source, function) if function is not None and language in _SCRIPTS else (None, False)
            yield Definition(outer + name, child.start_point[0] + 1, *read)
            if function is None:
                yield from _definitions(source, child, f"{outer}{name}.", language)


def _name(source: Source, node: Node, language: str) -> str | None:
    """The name a node defines, if it defines one."""
    if node.type == "variable_declarator" and language in _SCRIPTS and _function(node) is None:
        return None
    if node.type != "variable_declarator" and not _DEFINES.fullmatch(node.type):
        return None
    named = node.child_by_field_name("name")
    here = node.child_by_field_name("declarator")
    while named is None and here is not None:
        named, here = here, here.child_by_field_name("declarator")
        named = named if here is None else None
    if named is None:
        return None
    receiver = node.child_by_field_name("receiver")
    owner = re.sub(r"^\(\s*(?:\w+\s+)?\*?|\[.*|\)$", "", source.say(receiver)) + "." if receiver is not None else ""
    return owner + re.sub(r"::?", ".", source.say(named))


def _scope(source: Source, node: Node) -> str:
    """The type an `impl` is for."""
    of = node.child_by_field_name("type") if node.type == "impl_item" else None
    return source.say(of) if of is not None else ""


def _is_open(source: Source, node: Node, name: str, language: str) -> bool:
    """Whether others may use it, by its modifiers or by custom."""
    if name.startswith("#") or (language in _SCRIPTS and name.startswith("_")):
        return False
    body = node.child_by_field_name("body")
    head = source.data[node.start_byte : (body.start_byte if body is not None else node.end_byte)].decode(
        "utf-8", "replace"
    )
    if language == "rust":
        return "pub" in head.split("(")[0] or node.type == "mod_item"
    if language == "c" and re.match(r"\s*static\b", head):
        return False
    lead = source.text.split("\n")[node.start_point[0]].strip() if language == "lua" else head
    return not _PRIVATE.search(lead.split("(")[0])


def _function(node: Node) -> Node | None:
    if _CALLABLE.search(node.type):
        return node
    value = node.child_by_field_name("value")
    return (
        value
        if value is not None and value.type in {"arrow_function", "function_expression", "generator_function"}
        else None
    )


def _parameters(source: Source, function: Node) -> tuple[tuple[Parameter, ...] | None, bool]:
    single = function.child_by_field_name("parameter")
    if single is not None:
        return (Parameter(source.say(single), needed=True),), False
    held = function.child_by_field_name("parameters")
    if held is None:
        return None, False
    found: list[Parameter] = []
    more = False
    for child in held.named_children:
        pattern = child.child_by_field_name("pattern") or child.child_by_field_name("left") or child
        if pattern.type == "rest_pattern":
            more = True
        elif child.type != "comment":
            spare = (
                child.type in {"optional_parameter", "assignment_pattern"}
                or child.child_by_field_name("value") is not None
            )
            name = "{}" if pattern.type.endswith("_pattern") else source.say(pattern)
            found.append(Parameter(name, not spare))
    return tuple(found), more
