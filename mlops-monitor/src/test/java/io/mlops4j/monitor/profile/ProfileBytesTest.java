package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class ProfileBytesTest {
  private static final byte[] BYTES = bytes();

  private static byte[] bytes() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch in =
            FeatureBatch.builder(allocator)
                .doubles("x", 1, -2.5, Double.NaN, 1e300)
                .booleans("b", true, false, true, true)
                .strings("s", "a", "b", "a", null)
                .build();
        FeatureBatch out = FeatureBatch.builder(allocator).floats("p", 0, 1, 2, 3).build()) {
      return Profile.builder().add(in, out).build().toBytes();
    }
  }

  @Test
  void readWhatWasWritten() {
    Profile read = Profile.fromBytes(BYTES);
    assertThat(read.columns()).containsExactly("b", "s", "x", "p");
    assertThat(read.toBytes()).isEqualTo(BYTES);
    assertThat(read)
        .isEqualTo(Profile.fromBytes(BYTES))
        .hasSameHashCodeAs(Profile.fromBytes(BYTES));
    assertThat(((NumberProfile) read.column("x")).max()).isEqualTo(1e300);
    assertThat(read.digest()).isEqualTo(io.mlops4j.model.Digest.sha256(BYTES));
  }

  @Test
  void aProfileReadCountsOn() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch in = FeatureBatch.builder(allocator).doubles("x", 1, 2, 3).build()) {
      Profile reference = Profile.of(List.of(in));
      Profile read = Profile.fromBytes(reference.toBytes());
      assertThat(read.profile(List.of(in)).merge(reference).rows()).isEqualTo(6);
    }
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < BYTES.length; length++) {
      byte[] cut = Arrays.copyOf(BYTES, length);
      assertThatThrownBy(() -> Profile.fromBytes(cut)).isInstanceOf(DataException.class);
    }
  }

  @Test
  void everyFlippedByteIsRefused() {
    for (int i = 0; i < BYTES.length; i++) {
      byte[] damaged = BYTES.clone();
      damaged[i] ^= 0x10;
      assertThatThrownBy(() -> Profile.fromBytes(damaged)).isInstanceOf(DataException.class);
    }
  }

  @Test
  void whatPassesTheChecksumIsCheckedToo() {
    long seed = 42;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] forged = BYTES.clone();
      int at = 10 + random.nextInt(forged.length - 14);
      forged[at] = (byte) random.nextInt();
      ByteBuffer.wrap(forged).putInt(forged.length - 4, ProfileWriter.checksum(forged));
      try {
        Profile.fromBytes(forged).toJson();
      } catch (DataException expected) {
        assertThat(expected).hasMessageContaining("damaged");
      }
    }
  }

  @Test
  void aNewerVersionIsNamed() {
    byte[] newer = BYTES.clone();
    newer[5] = 2;
    assertThatThrownBy(() -> Profile.fromBytes(newer))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "found a profile of version 2, expected 1; read it with the mlops4j that wrote it");
  }

  @Test
  void otherFilesAreNoProfiles() {
    assertThatThrownBy(
            () -> Profile.fromBytes("ARROW1 and more of it".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not begin as a profile");
  }
}
