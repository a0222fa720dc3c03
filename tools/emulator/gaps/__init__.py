"""What MiniStack leaves open, closed: one module a gap, applied before the gateway starts.

Each module says what AWS does, what stock MiniStack does and how `close()` bridges the two, and has
a test in tests/emulator that drives it through the public AWS API. The day a newer emulator passes
that test without the module, delete both.
"""

from tools.emulator.gaps import (
    alarm_actions,
    alarm_states,
    async_invocations,
    cognito_addresses,
    cognito_attributes,
    cognito_challenges,
    cognito_codes,
    cognito_messages,
    cognito_names,
    cognito_triggers,
    condition_keys,
    deletion_guards,
    edge_listener,
    event_archive,
    existing_identities,
    failed_creations,
    front_door,
    global_table_updates,
    handler_errors,
    http_api_access_logs,
    http_api_cors,
    http_api_metrics,
    http_api_throttling,
    identity_providers,
    idle_workers,
    invocation_metrics,
    invoke_permissions,
    jwt_authorizer,
    key_policies,
    mail_permissions,
    mail_relay,
    native_packages,
    queue_metrics,
    quiet_handlers,
    replay_filters,
    schedule_settings,
    secret_references,
    secure_transport,
    shared_layers,
    stack_outputs,
    state_saver,
    stream_consumers,
    stream_records,
    table_settings,
    target_delivery,
    topic_mails,
    user_filters,
    websocket_ends,
    websocket_limits,
    websocket_routes,
)

GAPS = (
    secure_transport,
    condition_keys,
    stack_outputs,
    mail_permissions,
    key_policies,
    invoke_permissions,
    http_api_cors,
    jwt_authorizer,
    http_api_throttling,
    http_api_access_logs,  # around throttling, so that it sees what was refused
    http_api_metrics,
    websocket_routes,
    websocket_limits,
    websocket_ends,
    edge_listener,
    shared_layers,
    native_packages,  # of layers too
    quiet_handlers,
    handler_errors,
    idle_workers,
    invocation_metrics,
    async_invocations,
    cognito_names,
    cognito_messages,
    cognito_addresses,
    cognito_attributes,  # around addresses: what may not be written is not mailed about
    cognito_challenges,
    cognito_codes,
    cognito_triggers,  # around codes: what is confirmed by one is
    identity_providers,
    user_filters,
    target_delivery,
    replay_filters,
    event_archive,
    schedule_settings,
    secret_references,
    stream_records,
    stream_consumers,
    mail_relay,
    topic_mails,
    existing_identities,
    global_table_updates,
    table_settings,
    deletion_guards,
    failed_creations,
    queue_metrics,
    alarm_actions,
    alarm_states,
    state_saver,
    front_door,  # around everything: what it refuses, nobody sees
)


def close_all() -> None:
    """Close every gap."""
    for gap in GAPS:
        gap.close()
