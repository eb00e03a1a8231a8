package io.mlops4j.monitor.performance.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class GroupNamesTest {
  private static List<String> names(Stream<String> groups) {
    GroupNames names = new GroupNames(List.of("shop"));
    String[] shops = groups.toArray(String[]::new);
    try (RootAllocator allocator = new RootAllocator();
        FeatureBatch batch = FeatureBatch.builder(allocator).strings("shop", shops).build()) {
      names.read(batch);
    }
    return names.all().get("shop");
  }

  private static Stream<String> many() {
    return IntStream.range(0, 300).mapToObj(shop -> "shop " + shop);
  }

  @Test
  void furtherGroupsAreOneGroup() {
    assertThat(names(many())).hasSize(201).endsWith("shop 199", "other");
  }

  /** A state with a group that occurs twice cannot be read. */
  @Test
  void aGroupNamedOtherOccursOnce() {
    assertThat(names(Stream.concat(Stream.of("other"), many())))
        .hasSize(200)
        .doesNotHaveDuplicates()
        .startsWith("other");
  }
}
