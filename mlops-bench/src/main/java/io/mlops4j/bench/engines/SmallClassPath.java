package io.mlops4j.bench.engines;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;

/**
 * The class path of a service: the jars of the README's dependencies, the runtime first as a build
 * tool puts it, and the classes of the benchmarks in a jar of their own. Both sides of a comparison
 * have it.
 */
final class SmallClassPath {
  /** A class of each jar. */
  private static final List<String> KNOWN =
      List.of(
          "io.mlops4j.runtime.ModelRuntime",
          "io.mlops4j.inference.Model",
          "ai.onnxruntime.OrtEnvironment",
          "io.mlops4j.monitor.ModelMonitor",
          "com.fasterxml.jackson.datatype.jsr310.JavaTimeModule",
          "org.apache.arrow.memory.unsafe.UnsafeAllocationManager",
          "com.github.benmanes.caffeine.cache.Cache",
          "ai.onnx.proto.OnnxMl",
          "com.google.protobuf.MessageLite",
          "org.slf4j.Logger",
          "org.slf4j.nop.NOPServiceProvider",
          "org.apache.commons.numbers.gamma.Gamma",
          "org.apache.commons.numbers.core.Precision",
          "org.apache.commons.numbers.fraction.ContinuedFraction",
          "com.fasterxml.jackson.databind.ObjectMapper",
          "com.fasterxml.jackson.annotation.JsonProperty",
          "com.fasterxml.jackson.core.JsonFactory",
          "org.apache.arrow.vector.FieldVector",
          "org.apache.arrow.flatbuf.Message",
          "com.google.flatbuffers.Table",
          "org.apache.arrow.memory.BufferAllocator",
          "org.apache.commons.codec.binary.Hex",
          "org.jspecify.annotations.Nullable");

  private SmallClassPath() {}

  /**
   * Returns the class path.
   *
   * @param folder where the jar of the benchmarks is made, unless they run from a folder of classes
   */
  static String in(Path folder) {
    List<Path> all = new ArrayList<>();
    for (String name : KNOWN) {
      all.add(origin(name));
    }
    Path own = origin(SmallClassPath.class.getName());
    all.add(Files.isDirectory(own) ? own : copy(own, folder.resolve("service.jar")));
    return all.stream()
        .distinct()
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path origin(String name) {
    try {
      Class<?> known = Class.forName(name, false, SmallClassPath.class.getClassLoader());
      return Path.of(known.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without the manifest, which names the jars of all benchmarks. */
  private static Path copy(Path from, Path to) {
    String name = SmallClassPath.class.getPackageName().replace('.', '/');
    String parent = name.substring(0, name.lastIndexOf('/'));
    try (JarFile jar = new JarFile(from.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
      for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        if (entry.getName().matches(parent + "/(engines|ratios)/[^/]+\\.class")) {
          out.putNextEntry(new JarEntry(entry.getName()));
          jar.getInputStream(entry).transferTo(out);
        }
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
