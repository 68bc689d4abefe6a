package dev.sluice.cost;

import static dev.sluice.cost.FocusVersion.V1_0;
import static dev.sluice.cost.FocusVersion.V1_2;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A column of the specification, and how a row fills it.
 *
 * @param versions which have it
 */
record FocusColumn(String name, Set<FocusVersion> versions, Function<FocusRow, String> of) {
    /**
     * Columns in the specification's order. Those of features that Sluice does not have are left out: availability
     * zones, capacity reservations, a second kind of account, prices in another currency. There are no commitment
     * discounts either, but 1.0's validator wants their columns, and by 1.2 the rules for quantities ask for one.
     */
    private static final List<FocusColumn> ALL = List.of(
            always("BilledCost", FocusRow::effectiveCost),
            always("BillingAccountId", row -> row.setting(FocusKey.BILLING_ACCOUNT_ID)),
            always("BillingAccountName", row -> row.setting(FocusKey.BILLING_ACCOUNT_NAME)),
            always("BillingCurrency", row -> row.line().currency()),
            always("BillingPeriodEnd", FocusRow::billingPeriodEnd),
            always("BillingPeriodStart", FocusRow::billingPeriodStart),
            always("ChargeCategory", row -> "Usage"),
            // A charge that comes late is no correction: nothing was charged before.
            always("ChargeClass", row -> ""),
            always("ChargeDescription", FocusRow::description),
            always("ChargeFrequency", row -> "Usage-Based"),
            always("ChargePeriodEnd", FocusRow::chargePeriodEnd),
            always("ChargePeriodStart", FocusRow::chargePeriodStart),
            always("CommitmentDiscountCategory", row -> ""),
            always("CommitmentDiscountId", row -> ""),
            always("CommitmentDiscountName", row -> ""),
            always("CommitmentDiscountStatus", row -> ""),
            always("CommitmentDiscountType", row -> ""),
            always("ConsumedQuantity", FocusRow::consumedQuantity),
            always("ConsumedUnit", row -> "Device-Seconds"),
            always("ContractedCost", FocusRow::listCost),
            always("ContractedUnitPrice", FocusRow::unitPrice),
            always("EffectiveCost", FocusRow::effectiveCost),
            in(V1_2, "InvoiceId", FocusRow::invoiceId),
            always("InvoiceIssuerName", row -> row.setting(FocusKey.INVOICE_ISSUER)),
            always("ListCost", FocusRow::listCost),
            always("ListUnitPrice", FocusRow::unitPrice),
            always("PricingCategory", row -> "Standard"),
            always("PricingQuantity", FocusRow::pricingQuantity),
            always("PricingUnit", FocusRow::pricingUnit),
            always("ProviderName", row -> row.setting(FocusKey.PROVIDER)),
            always("PublisherName", row -> row.setting(FocusKey.PUBLISHER)),
            always("RegionId", row -> row.setting(FocusKey.REGION_ID)),
            always("RegionName", row -> row.setting(FocusKey.REGION_NAME)),
            always("ResourceId", FocusRow::resourceId),
            always("ResourceName", row -> ""),
            always("ResourceType", FocusRow::resourceType),
            always("ServiceCategory", row -> "AI and Machine Learning"),
            always("ServiceName", row -> row.setting(FocusKey.SERVICE)),
            in(V1_2, "ServiceSubcategory", row -> "Generative AI"),
            always("SkuId", FocusRow::skuId),
            in(V1_2, "SkuMeter", FocusRow::skuMeter),
            in(V1_2, "SkuPriceDetails", row -> ""),
            always("SkuPriceId", FocusRow::skuPriceId),
            always("SubAccountId", FocusRow::tenant),
            always("SubAccountName", FocusRow::tenant),
            always("Tags", FocusRow::tags),
            // Not the specification's: focus-validator 1.0.0 looks for these.
            in(V1_0, "ChargeType", row -> "Usage"),
            in(V1_0, "InvoiceIssuer", row -> row.setting(FocusKey.INVOICE_ISSUER)),
            in(V1_0, "Provider", row -> row.setting(FocusKey.PROVIDER)),
            in(V1_0, "Publisher", row -> row.setting(FocusKey.PUBLISHER)),
            in(V1_0, "ResourceID", FocusRow::resourceId));

    FocusColumn {
        versions = Set.copyOf(versions);
    }

    static List<FocusColumn> of(FocusVersion version) {
        return ALL.stream()
                .filter(column -> column.versions().contains(version))
                .toList();
    }

    private static FocusColumn always(String name, Function<FocusRow, String> of) {
        return new FocusColumn(name, Set.of(FocusVersion.values()), of);
    }

    private static FocusColumn in(FocusVersion version, String name, Function<FocusRow, String> of) {
        return new FocusColumn(name, Set.of(version), of);
    }
}
