"""The rules that every template keeps, whoever adds the next one."""

from blockwork.testing.rules.bundles import imports
from blockwork.testing.rules.data import data_goes, data_protected, data_survives, failed_creation
from blockwork.testing.rules.deliveries import deliveries, queues
from blockwork.testing.rules.functions import function_logs, log_retention, no_secret_in_environment
from blockwork.testing.rules.names import generated_names, names_of_their_stack
from blockwork.testing.rules.roles import wildcards
from blockwork.testing.rules.stacks import no_exports, no_warnings, resource_limit, same_shape
from blockwork.testing.rules.workflows import state_machines

RULES = (
    resource_limit,
    no_exports,
    no_warnings,
    same_shape,
    generated_names,
    names_of_their_stack,
    data_survives,
    data_protected,
    data_goes,
    failed_creation,
    log_retention,
    function_logs,
    no_secret_in_environment,
    imports,
    deliveries,
    queues,
    wildcards,
    state_machines,
)
