/** The support service: one function for its route, its table's changes and what it is told. */

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PATIENCE } from "#blockwork/aws.ts";
import { eventPublisher } from "#blockwork/publishing.ts";
import { service } from "#blockwork/service.ts";
import { TaskTable } from "./adapters/task-table.ts";
import { parts } from "./parts.ts";

const table = new TaskTable(new DynamoDBClient(PATIENCE), process.env.TASKS_TABLE as string);

export const handler = service(
  parts({
    tasks: table,
    conversations: table,
    events: eventPublisher(process.env.EVENT_BUS_NAME as string),
    ownIssuer: process.env.OWN_ISSUER as string,
  }),
);
