"""The server, driven by fhirpy."""

import asyncio
import inspect
import sys
import traceback

from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound

SYSTEM = "urn:clients:fhirpy"
UUID = "urn:uuid:3f0e7a4e-5a3c-4b58-9d5c-0c1d2e3f4a5b"


def same(found, expected):
    """Fails unless both are equal."""
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


async def refused(awaitable, kind):
    """Fails unless it is refused by that kind of error."""
    try:
        found = await awaitable
    except kind:
        return
    raise AssertionError(f"{found!r} was not refused")


class Steps:
    """What is done, in the order in which it stands here. Each step finds what those before it have left."""

    def __init__(self, base):
        self.client = AsyncFHIRClient(base)
        self.patients = self.client.resources("Patient")
        self.own = self.patients.search(identifier=f"{SYSTEM}|")

    def patient(self, value, family):
        name = [{"family": family, "given": ["Ada"]}]
        identifier = [{"system": SYSTEM, "value": value}]
        return self.client.resource("Patient", identifier=identifier, name=name, birthDate="1985-02-01")

    def by(self, value):
        return self.patients.search(identifier=f"{SYSTEM}|{value}")

    def bundle(self, kind, entries):
        return self.client.resource("Bundle", type=kind, entry=entries)

    async def create(self):
        self.ada = await self.patient("1", "Love").create()
        same(self.ada["meta"]["versionId"], "1")

    async def read(self):
        read = await self.client.reference("Patient", self.ada.id).to_resource()
        same(read["name"], [{"family": "Love", "given": ["Ada"]}])
        await self.ada.refresh()
        same((await self.client.get("Patient", self.ada.id))["id"], self.ada.id)
        await refused(self.client.get("Patient", "nobody"), ResourceNotFound)

    async def update(self):
        self.ada["name"][0]["family"] = "Lace"
        await self.ada.update()
        same((self.ada["meta"]["versionId"], self.ada["name"][0]["family"]), ("2", "Lace"))

    async def save_some_fields(self):
        self.ada["gender"] = "female"
        await self.ada.save(fields=["gender"])
        same((self.ada["meta"]["versionId"], self.ada["gender"]), ("3", "female"))

    async def patch(self):
        patched = await self.client.patch("Patient", self.ada.id, maritalStatus={"text": "married"}, gender=None)
        same((patched["maritalStatus"], patched.get("gender")), ({"text": "married"}, None))
        await self.ada.patch(active=True)
        same((self.ada["active"], self.ada["meta"]["versionId"]), (True, "5"))
        await refused(self.client.patch("Patient", self.ada.id, birthDate="yesterday"), OperationOutcome)

    async def conditional_create(self):
        found, is_new = await self.by("1").get_or_create(self.patient("1", "Love"))
        same((found.id, is_new), (self.ada.id, False))
        _, is_new = await self.by("2").get_or_create(self.patient("2", "Made"))
        same(is_new, True)

    async def conditional_update(self):
        found, is_new = await self.by("2").update(self.patient("2", "Changed"))
        same((found["name"][0]["family"], is_new), ("Changed", False))

    async def conditional_patch(self):
        patched = await self.by("2").patch(active=False)
        same(patched["active"], False)

    async def history(self):
        path = f"Patient/{self.ada.id}/_history"
        history = await self.client.execute(path, method="get")
        methods = [entry["request"]["method"] for entry in history["entry"]]
        same((history["total"], methods), (5, ["PUT", "PUT", "PUT", "PUT", "POST"]))

    async def transaction(self):
        observation = {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "weight"},
            "subject": {"reference": UUID},
        }
        whole = self.patient("3", "Whole").serialize()
        entries = [
            {"fullUrl": UUID, "resource": whole, "request": {"method": "POST", "url": "Patient"}},
            {"resource": observation, "request": {"method": "POST", "url": "Observation"}},
        ]
        response = await self.bundle("transaction", entries).save()
        same(response["type"], "transaction-response")
        found = await self.client.resources("Observation").search(patient__identifier=f"{SYSTEM}|3").get()
        subject = await found["subject"].to_resource()
        same(subject["name"][0]["family"], "Whole")

    async def batch(self):
        good, wrong = self.patient("4", "Good").serialize(), {"resourceType": "Patient", "active": "maybe"}
        post = {"method": "POST", "url": "Patient"}
        entries = [{"resource": good, "request": post}, {"resource": wrong, "request": post}]
        response = await self.bundle("batch", entries).save()
        same([entry["response"]["status"][:3] for entry in response["entry"]], ["201", "422"])

    async def search(self):
        found = await self.by("1").search(birthdate__lt="2000", family__exact="Lace").get()
        same(found.id, self.ada.id)
        found = await self.own.search(family=["good", "whole"]).fetch()
        same(found, [])
        found = await self.own.search(family="good,whole").sort("-family").elements("name").fetch()
        same([one["name"][0]["family"] for one in found], ["Whole", "Good"])
        included = await self.client.resources("Observation").search(
            patient__identifier=f"{SYSTEM}|3"
        ).include("Observation", "patient").fetch_raw()
        same([entry["search"]["mode"] for entry in included["entry"]], ["match", "include"])
        same(await self.own.count(), 4)
        same(await self.by("none").first(), None)

    async def paging(self):
        people = [self.patient(f"p{number}", f"Page{number}").serialize() for number in range(25)]
        entries = [{"resource": one, "request": {"method": "POST", "url": "Patient"}} for one in people]
        await self.bundle("batch", entries).save()
        found = await self.own.search(family="Page").sort("_id").limit(10).fetch_all()
        same(len({one.id for one in found}), 25)
        same(len(await self.own.search(family="Page").limit(10).fetch()), 10)

    async def validate(self):
        same(await self.patient("5", "Right").is_valid(), True)
        wrong = self.patient("5", "Wrong")
        wrong["birthDate"] = "yesterday"
        same(await wrong.is_valid(), False)

    async def delete(self):
        await self.ada.delete()
        await refused(self.client.get("Patient", self.ada.id), ResourceNotFound)
        same(await self.by("1").count(), 0)

    async def conditional_delete(self):
        _, status = await self.by("2").delete()
        same((status, await self.by("2").first()), (204, None))
        await refused(self.own.delete(), MultipleResourcesFound)


async def drive(steps):
    names = [name for name, value in vars(Steps).items() if inspect.iscoroutinefunction(value)]
    for name in names:
        try:
            await getattr(steps, name)()
        except Exception:
            traceback.print_exc()
            sys.exit(f'fhirpy: "{name}" failed')
    print(f"fhirpy: {len(names)} steps passed")


asyncio.run(drive(Steps(sys.argv[1])))
