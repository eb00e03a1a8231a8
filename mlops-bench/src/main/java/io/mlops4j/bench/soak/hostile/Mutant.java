package io.mlops4j.bench.soak.hostile;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.soak.part.Graphs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A model file that was changed at random. */
final class Mutant {
  private static final List<ModelProto> BASES =
      List.of(
          Graphs.line(),
          Graphs.turns(),
          Graphs.sums(),
          Graphs.same(),
          Graphs.text(),
          Graphs.products(20, 3),
          Graphs.external("weights.bin"),
          parsed("mlp32"),
          parsed("mlpcols"),
          parsed("trees100"),
          parsed("words"));

  private final byte[] bytes;

  private Mutant(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Of the file. */
  byte[] bytes() {
    return bytes.clone();
  }

  private static ModelProto parsed(String name) {
    try {
      return ModelProto.parseFrom(Files.readAllBytes(Models.file(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Always the same of a seed and a number. */
  static Mutant of(long seed, int number) {
    Random random = new Random(seed * 1_000_003 + number);
    random.nextLong(); // neighbours begin alike
    ModelProto base = BASES.get(random.nextInt(BASES.size()));
    if (random.nextInt(3) == 0) {
      return new Mutant(bytes(base.toByteArray(), random));
    }
    ModelProto.Builder model = base.toBuilder();
    for (int i = random.nextInt(3) == 0 ? 3 : 1; i > 0; i--) {
      Mutation.any(random).change(model, random);
    }
    byte[] bytes = model.build().toByteArray();
    return new Mutant(random.nextInt(10) == 0 ? bytes(bytes, random) : bytes);
  }

  private static byte[] bytes(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    switch (random.nextInt(4)) {
      case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        for (int i = 0; i < 5; i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      default -> {
        int from = random.nextInt(bytes.length);
        int length = random.nextInt(Math.min(20, bytes.length - from));
        System.arraycopy(whole, random.nextInt(whole.length - length), bytes, from, length);
      }
    }
    return bytes;
  }

  /** Into a folder, with a file of weights beside it; the folder is the model. */
  Path write(Path folder) throws IOException {
    Files.write(folder.resolve("weights.bin"), Graphs.externalFactor());
    Files.write(folder.resolve("model.onnx"), bytes);
    return folder;
  }
}
