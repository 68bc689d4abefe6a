package dev.sluice.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.events.v1.CostIncurred;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CostCheckTest {
    private static final CostIncurred SOUND =
            RandomCharges.compute("a", "tenant").build();

    private final CostCheck check = new CostCheck();

    @Test
    void findsNothingWrongWithSoundCharges() {
        RandomCharges.of(1, 200).forEach(check::add);

        assertThat(check.problems()).isEmpty();
    }

    @Test
    void aProcessAddsUpToTheNanosecondOrNot() {
        check.add(SOUND);
        check.add(RandomCharges.overhead(1, 500));
        long charged = SOUND.getDeviceNanos() + 500;

        assertThat(time(false, charged).addsUp()).isTrue();
        assertThat(time(false, charged + 1).addsUp()).isFalse();
        assertThat(time(false, charged - 1).addsUp()).isFalse();
        assertThat(time(false, charged).requestNanos()).isEqualTo(SOUND.getDeviceNanos());
        assertThat(time(false, charged).overheadNanos()).isEqualTo(500);
    }

    @Test
    void aRunningProcessMayOweButNotHaveChargedTooMuch() {
        check.add(SOUND);

        assertThat(time(true, SOUND.getDeviceNanos() + 100).addsUp()).isTrue();
        assertThat(time(true, SOUND.getDeviceNanos() + 100).openNanos()).isEqualTo(100);
        assertThat(time(true, SOUND.getDeviceNanos() - 1).addsUp()).isFalse();
    }

    @Test
    void findsEveryKindOfWrongCharge() {
        assertThat(problem(charge -> charge)).isEqualTo("request:a: is charged twice");
        assertThat(problem(charge -> charge.setCostId("b").setGuideNanos(1))).contains("b: its networks'");
        assertThat(problem(charge -> charge.setCostId("c").setConsumedQuantity(new BigDecimal("1.000000000"))))
                .isEqualTo("c: ConsumedQuantity is not its device time");
        assertThat(problem(charge ->
                        charge.setCostId("d").setListCost(SOUND.getListCost().add(new BigDecimal("1e-21")))))
                .isEqualTo("d: ListCost is not ListUnitPrice times PricingQuantity");
        assertThat(problem(charge -> charge.setCostId("e")
                        .setListUnitPrice(SOUND.getListUnitPrice().negate())
                        .setListCost(SOUND.getListCost().negate())))
                .isEqualTo("e: is negative");
    }

    @Test
    void namesProcessesWithoutAMeter() {
        check.add(SOUND);

        assertThat(check.unmetered(List.of())).containsExactly("worker/1");
        assertThat(check.unmetered(List.of(new CostCheck.Meter("worker/1", true, 0))))
                .isEmpty();
        assertThat(check.deviceTimes(List.of(new CostCheck.Meter("worker/2", false, 3))))
                .containsExactly(new DeviceTime("worker/2", false, 3, 0, 0));
    }

    private DeviceTime time(boolean alive, long spent) {
        return check.deviceTimes(List.of(new CostCheck.Meter("worker/1", alive, spent)))
                .getFirst();
    }

    private static String problem(UnaryOperator<CostIncurred.Builder> edit) {
        CostCheck check = new CostCheck();
        check.add(SOUND);
        check.add(edit.apply(CostIncurred.newBuilder(SOUND)).build());
        assertThat(check.problems()).hasSize(1);
        return check.problems().getFirst();
    }
}
