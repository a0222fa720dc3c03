from blockwork.local.preflight.operations import calls_in


def test_an_operation_is_found_under_whatever_name_its_client_is_kept() -> None:
    source = """
class Shop:
    def __init__(self, aws):
        self.queue = aws.client("sqs")
        logs, db = aws.client("logs"), client_of("dynamodb", endpoint=None)
        db.get_item(Key=1)

    def mails(self):
        return self.aws.client("sesv2", region="x")

    def work(self):
        self.queue.send_message(Body="1")
        self.mails().send_email()
        boto3.client("s3").get_paginator("list_objects_v2").paginate()
"""

    assert {*calls_in(source)} == {
        ("dynamodb", "GetItem"),
        ("s3", "ListObjectsV2"),
        ("sesv2", "SendEmail"),
        ("sqs", "SendMessage"),
    }


def test_what_is_no_operation_of_the_service_is_none() -> None:
    source = """
queue = aws.client("sqs")
queue.send_mail()
queue.exceptions.QueueDoesNotExist()
other.send_message()
client.send_message()  # of which service, the file does not say
"""

    assert [*calls_in(source.replace('aws.client("sqs")', "aws.queue()"))] == []
    assert [*calls_in(source.replace("client.send", "other.send"))] == []


def test_a_client_that_is_handed_on_is_one_of_those_that_the_file_makes() -> None:
    source = """
def connect(): return Mails(boto3.client("sqs"))
class Mails:
    def send(self): self._client.send_message(Body="1")
"""

    assert [*calls_in(source)] == [("sqs", "SendMessage")]


def test_the_client_of_a_table_adapter_is_dynamodbs() -> None:
    source = "class Orders(TableAdapter):\n    def add(self): self._client.put_item()\n"

    assert [*calls_in(source)] == [("dynamodb", "PutItem")]
    assert [*calls_in(source.replace("TableAdapter", "Adapter"))] == []
