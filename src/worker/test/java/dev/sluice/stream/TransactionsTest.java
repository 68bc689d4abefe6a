package dev.sluice.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionsTest {
    private final Transactions transactions = new Transactions();
    private final List<String> heard = new ArrayList<>();

    @Test
    void tellsWhatBecameOfTheTransactionThatIsOpen() {
        decide("first");
        transactions.committing();
        transactions.committed();
        decide("second");
        transactions.aborted();

        assertThat(heard).containsExactly("first committed", "second aborted");
    }

    @Test
    void aCommitThatIsTriedAgainIsTheOneThatTimedOut() {
        decide("charge");
        transactions.committing();
        transactions.committing();
        transactions.committed();
        transactions.committed();

        assertThat(heard).containsExactly("charge committed");
    }

    @Test
    void nobodyHearsOfACommitThatNobodyKnowsOf() {
        decide("charge");
        transactions.committing();
        transactions.aborted();
        transactions.committing();
        transactions.committed();

        assertThat(heard).isEmpty();
    }

    private void decide(String what) {
        transactions.whenDecided(() -> heard.add(what + " committed"), () -> heard.add(what + " aborted"));
    }
}
