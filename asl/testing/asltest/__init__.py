"""Tests of state machines without Python: files `*.asltest.yaml`, `*.asltest.yml`, `*.asltest.json`.

    machine: machine.asl.json
    cases:
      a declined card:
        input: {orderId: o-1, card: "0000", items: [{sku: tea, price: 4, quantity: 2}]}
        mocks:
          Reserve: {payload: {total: 8}}
          Charge: {fail: CardDeclined}
        expect:
          error: CardDeclined
          path: [IsEmpty, Reserve, Charge, PublishDeclined, Declined]

`read` gives the cases of a file, `Case.run` what becomes of one. `SCHEMA` is what may stand in a file.
"""

from asl.testing.asltest.outcome import Case, Failure, Outcome, Suite
from asl.testing.asltest.reading import ENDINGS, is_test_file, read
from asl.testing.asltest.schema import SCHEMA

__all__ = ["ENDINGS", "SCHEMA", "Case", "Failure", "Outcome", "Suite", "is_test_file", "read"]
