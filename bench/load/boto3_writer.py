"""boto3's batch_writer over the shards of a recommendation set. Arguments: endpoint, shards."""

import gzip
import json
import resource
import sys
import time

import boto3


def cpu_seconds() -> float:
    """Of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(endpoint: str, paths: list[str]) -> None:
    """Prints one JSON object."""
    dynamodb = boto3.resource(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
    )
    started_at, cpu_before, items = time.monotonic(), cpu_seconds(), 0
    with dynamodb.Table("bench").batch_writer() as batch:
        for path in paths:
            with gzip.open(path, "rt") as lines:
                for line in lines:
                    item = json.loads(line)["Item"]
                    batch.put_item(
                        Item={
                            "pk": item["pk"]["S"],
                            "sk": item["sk"]["S"],
                            "articles": item["articles"]["S"],
                            "expires_at": int(item["expires_at"]["N"]),
                        }
                    )
                    items += 1
    figures = {
        "items": items,
        "cpuSeconds": cpu_seconds() - cpu_before,
        "wallSeconds": time.monotonic() - started_at,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
