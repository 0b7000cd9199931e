"""A worker that packs parcels."""


def pack(task):
    return {"boxes": len(task["items"]), "weight": 3}
