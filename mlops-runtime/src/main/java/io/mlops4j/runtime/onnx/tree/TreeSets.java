package io.mlops4j.runtime.onnx.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Sets of values that features are compared with for equality. Immutable.
 *
 * <p>A feature's value is looked up once, among the members of all its sets. Its place there is a
 * bit of each set.
 *
 * @param features the features that have sets
 * @param members the {@link TreeNodes#order} of the members of all sets of a feature, ascending,
 *     {@value #NAN} for NaN
 * @param slots the slot of each set
 * @param featureOf the feature of each set, a number of {@code features}
 * @param bits the places whose values are not in a set, by set; place 0 is that of all other values
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TreeSets(int[] features, int[][] members, int[] slots, int[] featureOf, long[][] bits) {
  /** No value has this order. */
  static final int NAN = Integer.MAX_VALUE;

  /** A set that fills a slot. */
  record Set(int slot, int feature, SortedSet<Integer> members) {}

  static TreeSets of(List<Set> sets) {
    int[] features = sets.stream().mapToInt(Set::feature).distinct().toArray();
    List<int[]> members = new ArrayList<>();
    for (int feature : features) {
      SortedSet<Integer> all = new TreeSet<>();
      sets.stream().filter(set -> set.feature == feature).forEach(set -> all.addAll(set.members));
      members.add(all.stream().mapToInt(Integer::intValue).toArray());
    }
    int[] featureOf = new int[sets.size()];
    long[][] bits = new long[sets.size()][];
    for (int i = 0; i < bits.length; i++) {
      Set set = sets.get(i);
      featureOf[i] = Arrays.stream(features).boxed().toList().indexOf(set.feature);
      int[] all = members.get(featureOf[i]);
      bits[i] = new long[all.length / Long.SIZE + 1];
      for (int place = 0; place <= all.length; place++) {
        if (place == 0 || !set.members.contains(all[place - 1])) {
          bits[i][place / Long.SIZE] |= 1L << place;
        }
      }
    }
    return new TreeSets(
        features,
        members.toArray(int[][]::new),
        sets.stream().mapToInt(Set::slot).toArray(),
        featureOf,
        bits);
  }

  /** Returns the place of a float's bits among the members of a feature's sets. */
  int place(int feature, int bits) {
    return Math.max(0, 1 + Arrays.binarySearch(members[feature], TreeNodes.order(bits, NAN)));
  }

  /** Returns 0 if the value of a place is in a set, otherwise 1. */
  static int isOutside(long[] set, int place) {
    return (int) (set[place / Long.SIZE] >>> place) & 1;
  }
}
