package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class SlicedBytesTest {
  private static final Slices BY = Slices.by("s");
  private static final SlicedProfile PROFILE = profile(1, 2, 3);

  private static SlicedProfile profile(double... numbers) {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator)
                .strings("s", "zürich", "basel", "zürich")
                .doubles("x", numbers)
                .build()) {
      return SlicedProfile.of(Profile.of(List.of(rows)), BY, List.of(rows));
    }
  }

  @Test
  void whatWasWrittenIsReadAndCountsOn() {
    byte[] bytes = PROFILE.toBytes();
    SlicedProfile read = SlicedProfile.fromBytes(bytes, BY);
    assertThat(read).isEqualTo(PROFILE).hasSameHashCodeAs(PROFILE);
    assertThat(read.toBytes()).isEqualTo(bytes);
    assertThat(read.digest()).isEqualTo(PROFILE.digest()).isEqualTo(Digest.sha256(bytes));
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator)
                .strings("s", "basel", "bern")
                .doubles("x", 3, 1)
                .build()) {
      SlicedProfile later = read.profile(List.of(rows));
      assertThat(later).isEqualTo(PROFILE.profile(List.of(rows)));
      assertThat(later.slice("basel").rows()).isEqualTo(1);
      assertThat(later.slice(SlicedProfile.OTHER).rows()).isEqualTo(1);
      assertThat(later.slice("zürich").rows()).isZero();
      assertThat(read.merge(later).whole().rows()).isEqualTo(5);
    }
  }

  /** By hand, after what the documentation of the form says. */
  @Test
  void theFormIsWhatItsDocumentationSays() throws IOException {
    byte[] bytes = PROFILE.toBytes();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    assertThat(new String(in.readNBytes(4), StandardCharsets.US_ASCII)).isEqualTo("MLPS");
    assertThat(in.readUnsignedShort()).isEqualTo(1);
    assertThat(in.readInt()).isEqualTo(bytes.length - 14);
    assertThat(in.readInt()).isEqualTo(3);
    for (String name : List.of("basel", "other", "zürich")) {
      assertThat(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8)).isEqualTo(name);
      assertThat(Profile.fromBytes(in.readNBytes(in.readInt()))).isEqualTo(PROFILE.slice(name));
    }
    assertThat(in.available()).isEqualTo(4);
  }

  @Test
  void everyFlippedBitAndEveryCutIsFound() {
    byte[] bytes = PROFILE.toBytes();
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SlicedProfile.fromBytes(flipped, BY))
          .isInstanceOf(DataException.class);
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> SlicedProfile.fromBytes(cut, BY)).isInstanceOf(DataException.class);
    }
  }

  /** Whatever a wrong writer gets past the checksum is refused, or is a profile. */
  @Test
  void forgedBytesAreRefusedOrAreAProfile() {
    long seed = 3;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] bytes = PROFILE.toBytes();
    int refused = 0;
    for (int run = 0; run < 3000; run++) {
      byte[] forged = bytes.clone();
      forged[10 + random.nextInt(bytes.length - 14)] = (byte) random.nextInt(256);
      ByteBuffer.wrap(forged).putInt(forged.length - 4, BinaryFrame.checksum(forged));
      try {
        SlicedProfile read = SlicedProfile.fromBytes(forged, BY);
        assertThat(SlicedProfile.fromBytes(read.toBytes(), BY)).isEqualTo(read);
        assertThat(read.whole().columns()).hasSize(2);
      } catch (DataException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void slicesWithDifferentBinsTwiceOrWithoutTheOtherAreRefused() throws IOException {
    byte[] one = PROFILE.slice("basel").toBytes();
    byte[] otherBins = profile(1, 2, 4).slice("basel").toBytes();
    assertThatThrownBy(() -> SlicedProfile.fromBytes(bytes("a", one, "other", otherBins), BY))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("different columns or bins");
    assertThatThrownBy(() -> SlicedProfile.fromBytes(bytes("other", one, "other", one), BY))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("order");
    assertThatThrownBy(() -> SlicedProfile.fromBytes(bytes("a", one, "b", one), BY))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected one named other");
    assertThatThrownBy(() -> SlicedProfile.fromBytes(one, BY))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not start like a sliced profile");
    assertThatThrownBy(() -> Profile.fromBytes(PROFILE.toBytes()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not start like a profile");
    byte[] newer = PROFILE.toBytes();
    newer[5] = 2;
    assertThatThrownBy(() -> SlicedProfile.fromBytes(newer, BY))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("version 2, expected 1 to 1");
  }

  private static byte[] bytes(String first, byte[] one, String second, byte[] two)
      throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(payload);
    out.writeInt(2);
    out.writeInt(first.length());
    out.writeBytes(first);
    out.writeInt(one.length);
    out.write(one);
    out.writeInt(second.length());
    out.writeBytes(second);
    out.writeInt(two.length);
    out.write(two);
    return new BinaryFrame("sliced profile", 0x4d4c5053, 1, 1).around(payload.toByteArray());
  }
}
