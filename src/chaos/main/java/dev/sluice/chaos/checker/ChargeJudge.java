package dev.sluice.chaos.checker;

import dev.sluice.codec.EventEncoder;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A completion is charged once, to the tenant that asked. Nothing is charged twice, or without a request. */
final class ChargeJudge {
    private final Published published;
    private final Map<String, History.Outcome> first;
    private final Findings findings;
    private final Set<String> costIds = new HashSet<>();
    private final Set<String> charged = new HashSet<>();

    /** @param first outcome of each request */
    ChargeJudge(Published published, Map<String, History.Outcome> first, Findings findings) {
        this.published = published;
        this.first = first;
        this.findings = findings;
    }

    void judge(List<History.Charge> charges) {
        for (History.Charge charge : charges) {
            boolean known = !costIds.add(charge.costId());
            boolean again = charge.requestId().filter(id -> !charged.add(id)).isPresent();
            if (known || again) {
                findings.add(Violation.DOUBLE_CHARGE, charge.costId());
            }
            if (charge.negative()) {
                findings.add(Violation.NEGATIVE_TIME, charge.costId());
            }
            charge.requestId().ifPresent(id -> judge(id, charge));
        }
        first.values().stream()
                .filter(outcome -> outcome.name().equals(EventEncoder.COMPLETED))
                .map(History.Outcome::requestId)
                .filter(id -> !charged.contains(id))
                .sorted()
                .forEach(id -> findings.add(Violation.UNCHARGED, id));
    }

    private void judge(String id, History.Charge charge) {
        History.Outcome outcome = first.get(id);
        if (!published.isRequest(id)) {
            findings.add(Violation.ORPHAN_EVENT, "charge " + charge.costId());
        } else if (outcome == null) {
            findings.add(Violation.CHARGE_WITHOUT_OUTCOME, charge.costId());
        } else if (!outcome.name().equals(charge.outcome())) {
            findings.add(
                    Violation.WRONG_CHARGE, charge.costId() + " for " + charge.outcome() + ", not " + outcome.name());
        }
        String payer = charge.tenant().orElse("");
        boolean wrongTenant = published
                .request(id)
                .filter(request -> !request.tenant().equals(payer))
                .isPresent();
        if (wrongTenant) {
            findings.add(Violation.WRONG_CHARGE, charge.costId() + " to '" + payer + "'");
        }
    }
}
