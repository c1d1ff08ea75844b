package dev.eckart.strategy;

import dev.eckart.core.rank.EnergyRankSelector;
import dev.eckart.core.rank.FixedRankSelector;
import dev.eckart.core.rank.NumericalRankSelector;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.RatioRankSelector;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The engine's own strategies keep the rules that it has for others. */
class BuiltInStrategiesTest {

    @Nested
    class Energy implements BudgetConformance {
        @Override
        public RankSelectorProvider provider() {
            return new EnergyRankSelector.Provider();
        }

        @Override
        public String atBudget(double share) {
            return "energy:" + share;
        }

        @Override
        public List<String> calls() {
            return List.of("energy:1e-9", "energy:0.5", "energy:0.99", "energy:1");
        }
    }

    @Nested
    class Fixed implements BudgetConformance {
        @Override
        public RankSelectorProvider provider() {
            return new FixedRankSelector.Provider();
        }

        @Override
        public String atBudget(double share) {
            return "fixed:" + Math.round(20 * share);
        }

        @Override
        public List<String> calls() {
            return List.of("fixed:1", "fixed:16", "fixed:32", "16");
        }
    }

    @Nested
    class Ratio implements BudgetConformance {
        @Override
        public RankSelectorProvider provider() {
            return new RatioRankSelector.Provider();
        }

        @Override
        public String atBudget(double share) {
            return "ratio:" + share;
        }

        @Override
        public List<String> calls() {
            return List.of("ratio:1e-9", "ratio:0.5", "ratio:1");
        }
    }

    @Nested
    class Numerical implements RankSelectorConformance {
        @Override
        public RankSelectorProvider provider() {
            return new NumericalRankSelector.Provider();
        }

        @Override
        public List<String> calls() {
            return List.of("numerical");
        }
    }
}
