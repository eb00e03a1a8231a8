package io.mlops4j.runtime.onnx.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Sets of categories, as LightGBM has them for a feature such as a postcode. */
class TreeSetsTest {

  /** To ask each set for each member of all sets took minutes. */
  @Test
  void manySetsOfManyMembersAreBuiltAndHoldTheirMembers() {
    int seed = 17;
    Random random = new Random(seed);
    List<TreeSets.Set> sets = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      TreeSet<Integer> members = new TreeSet<>();
      for (int member = random.nextInt(20); member >= 0; member--) {
        members.add(order(random.nextInt(10_000)));
      }
      if (i % 3 == 0) {
        members.add(TreeSets.NAN);
      }
      sets.add(new TreeSets.Set(i, i % 5 == 0 ? 3 : 1, members));
    }
    TreeSets built = TreeSets.of(sets);
    assertThat(built.features()).as("seed %d", seed).containsExactly(3, 1);
    for (int i = 0; i < sets.size(); i += 7) {
      TreeSets.Set set = sets.get(i);
      int feature = built.featureOf()[i];
      assertThat(built.features()[feature]).isEqualTo(set.feature());
      assertThat(built.slots()[i]).isEqualTo(i);
      for (int tries = 0; tries < 20; tries++) {
        int value = tries == 0 ? -5 : random.nextInt(11_000);
        int place = built.place(feature, Float.floatToRawIntBits(value));
        assertThat(TreeSets.isOutside(built.bits()[i], place))
            .as("seed %d, set %d, value %d", seed, i, value)
            .isEqualTo(set.members().contains(order(value)) ? 0 : 1);
      }
      for (int member : set.members()) {
        if (member != TreeSets.NAN) {
          int place = built.place(feature, bits(member));
          assertThat(TreeSets.isOutside(built.bits()[i], place)).isZero();
        }
      }
      int place = built.place(feature, Float.floatToRawIntBits(Float.NaN));
      assertThat(TreeSets.isOutside(built.bits()[i], place))
          .isEqualTo(set.members().contains(TreeSets.NAN) ? 0 : 1);
    }
  }

  private static int order(int value) {
    return TreeNodes.order(Float.floatToRawIntBits(value), TreeSets.NAN);
  }

  /** Of a positive number, the order is its bits. */
  private static int bits(int order) {
    return order;
  }
}
