package io.mlops4j.runtime.onnx.tree;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    Map<Integer, SortedSet<Integer>> byFeature = new LinkedHashMap<>();
    for (Set set : sets) {
      byFeature.computeIfAbsent(set.feature, any -> new TreeSet<>()).addAll(set.members);
    }
    int[] features = ints(byFeature.keySet());
    int[][] members = byFeature.values().stream().map(TreeSets::ints).toArray(int[][]::new);
    Map<Integer, Integer> places = new HashMap<>();
    for (int i = 0; i < features.length; i++) {
      places.put(features[i], i);
    }
    int[] featureOf = sets.stream().mapToInt(set -> places.get(set.feature)).toArray();
    long[][] bits = new long[sets.size()][];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = outside(members[featureOf[i]], sets.get(i).members);
    }
    int[] slots = sets.stream().mapToInt(Set::slot).toArray();
    return new TreeSets(features, members, slots, featureOf, bits);
  }

  private static int[] ints(Collection<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Returns the bits of the places that are not in a set. A feature may have thousands of sets and
   * of members, so the time depends on the members of the set.
   */
  private static long[] outside(int[] all, SortedSet<Integer> set) {
    BitSet outside = new BitSet();
    outside.set(0, all.length + 1);
    for (int member : set) {
      outside.clear(1 + Arrays.binarySearch(all, member));
    }
    return Arrays.copyOf(outside.toLongArray(), all.length / Long.SIZE + 1);
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
