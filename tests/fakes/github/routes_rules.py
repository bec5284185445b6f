"""The rules in force on a branch, by the rulesets of the repository.

https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
"""

from .routing import PAGING, Call, Reply, route
from .state import World


@route("GET", "rules/branches/{branch+}", "metadata:read", query=PAGING)
def branch_rules(world: World, call: Call) -> Reply:
    source = {"ruleset_source_type": "Repository", "ruleset_source": world.full_name, "ruleset_id": 42}
    return call.paged(world, [source | rule for rule in world.rules.get(call.params["branch"], [])])
