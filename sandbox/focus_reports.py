"""Cost reports in the form of FOCUS, as Oracle writes it: the specification's preview, with columns of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

PREFIX = "FOCUS Reports/"
COLUMNS = (
    *("AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency"),
    *("BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeDescription", "ChargeFrequency"),
    *("ChargePeriodEnd", "ChargePeriodStart", "ChargeSubcategory", "CommitmentDiscountCategory"),
    *("CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountType", "EffectiveCost", "InvoiceIssuer"),
    *("ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit", "Provider", "Publisher"),
    *("Region", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName", "SkuId", "SkuPriceId"),
    *("SubAccountId", "SubAccountName", "Tags", "UsageQuantity", "UsageUnit", "oci_ReferenceNumber"),
    *("oci_CompartmentId", "oci_CompartmentName", "oci_OverageFlag", "oci_UnitPriceOverage"),
    *("oci_BilledQuantityOverage", "oci_CostOverage", "oci_AttributedUsage", "oci_AttributedCost"),
    "oci_BackReferenceNumber",
)
OF_COST_CSV = {
    "BilledCost": "cost/myCost",
    "BillingCurrency": "cost/currencyCode",
    "ChargeDescription": "product/Description",
    "ChargePeriodEnd": "lineItem/intervalUsageEnd",
    "ChargePeriodStart": "lineItem/intervalUsageStart",
    "EffectiveCost": "cost/myCost",
    "ListCost": "cost/myCost",
    "ListUnitPrice": "cost/unitPrice",
    "PricingQuantity": "usage/billedQuantity",
    "PricingUnit": "cost/skuUnitDescription",
    "Region": "product/region",
    "ResourceId": "product/resourceId",
    "ServiceName": "product/service",
    "SkuId": "cost/productSku",
    "SubAccountId": "lineItem/tenantId",
    "UsageQuantity": "usage/billedQuantity",
    "UsageUnit": "cost/skuUnitDescription",
    "oci_ReferenceNumber": "lineItem/referenceNo",
    "oci_CompartmentId": "product/compartmentId",
    "oci_CompartmentName": "product/compartmentName",
    "oci_OverageFlag": "cost/overageFlag",
    "oci_AttributedUsage": "usage/attributedUsage",
    "oci_AttributedCost": "cost/attributedCost",
    "oci_BackReferenceNumber": "lineItem/backreferenceNo",
}
"""The columns that say what one of the older form says."""
USED, AMENDED = ("Usage", "On-Demand"), ("Adjustment", "Refund")


def report_name(number: int, begins_at: datetime) -> str:
    """The name of an object: it lies in the folder of its day of use."""
    return f"{PREFIX}{begins_at:%Y/%m/%d}/{number:016d}-00001.csv.gz"


def cells(told: Mapping[str, str], tags: Mapping[str, str]) -> list[str]:
    """A line of which the older form tells the same; ``tags`` are its own by their keys."""
    category, subcategory = AMENDED if told["lineItem/isCorrection"] == "true" else USED
    own = {
        **{name: told[column] for name, column in OF_COST_CSV.items()},
        "ChargeCategory": category,
        "ChargeSubcategory": subcategory,
        "Provider": "Oracle",
        "Tags": json.dumps(tags) if tags else "",
    }
    return [own.get(column, "") for column in COLUMNS]
