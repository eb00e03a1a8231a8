package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.Thorough;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

@Thorough("memory")
class ProfileMemoryTest {
  private static final int ROWS = 3_000_000;
  private static final int BATCH = 50_000;

  /** Five columns of doubles that no float holds: more than flights have. Run in a small JVM. */
  public static void main(String[] arguments) {
    Random random = new Random(1);
    try (BufferAllocator allocator = new RootAllocator()) {
      Profile.Builder builder = Profile.builder();
      for (int from = 0; from < ROWS; from += BATCH) {
        FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
        for (int column = 0; column < 5; column++) {
          double[] values = new double[BATCH];
          for (int i = 0; i < BATCH; i++) {
            values[i] = random.nextDouble();
          }
          columns.doubles("x" + column, values);
        }
        try (FeatureBatch batch = columns.build()) {
          builder.add(batch);
        }
      }
      System.out.println("rows " + builder.build().rows());
    }
  }

  @Test
  void threeMillionRowsOfFiveColumnsAreProfiledInAHeapOf80Megabytes() throws Exception {
    ProcessBuilder builder = ChildProcess.java(ProfileMemoryTest.class);
    builder.command().add(1, "-Xmx80m");
    Process process = ChildProcess.start(builder.redirectErrorStream(true));
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).contains("rows 3000000");
  }

  @Test
  void aHundredColumnsTakeAMegabyte() {
    Random random = new Random(1);
    try (BufferAllocator allocator = new RootAllocator()) {
      FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
      for (int column = 0; column < 100; column++) {
        columns.doubles("x" + column, random.doubles(5000).toArray());
      }
      try (FeatureBatch batch = columns.build()) {
        Profile reference = Profile.of(List.of(batch));
        assertThat(reference.toBytes().length).isLessThan(1_000_000);
        Profile[] copies = new Profile[20];
        long before = used();
        for (int i = 0; i < copies.length; i++) {
          copies[i] = Profile.fromBytes(reference.toBytes());
        }
        long each = (used() - before) / copies.length;
        assertThat(Stream.of(copies)).doesNotContainNull();
        assertThat(each).isBetween(100_000L, 1_000_000L);
      }
    }
  }

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
