package io.mlops4j.bench.docs;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles a program as it stands, and any other block as the body of a method. Such blocks leave
 * out imports, error handling and names that an application has, so the method may throw anything
 * and its class inherits a {@link Prelude}.
 */
final class BlockCompiler {

  private static final String IMPORTS =
      publicPackages()
          + "import java.net.URI; import java.nio.charset.StandardCharsets; import java.nio.file.*;"
          + " import java.security.*; import java.time.*; import java.util.*;"
          + " import javax.crypto.*; import javax.crypto.spec.*; ";

  private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();

  /** Keeps the jars of the class path open, which would take most of the time of a block. */
  private static final StandardJavaFileManager FILES =
      JAVAC.getStandardFileManager(null, null, null);

  private final Path classes;

  BlockCompiler(Path classes) {
    this.classes = classes;
  }

  /** The compiler's messages with the lines of the page; empty if the block compiles. */
  List<String> errors(JavaBlock block) {
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    JAVAC.getTask(null, FILES, found, options(), null, List.of(source(block))).call();
    return found.getDiagnostics().stream().map(d -> text(block, d)).toList();
  }

  private List<String> options() {
    return List.of(
        "--release",
        "17",
        "-Xlint:deprecation,removal,unchecked",
        "-proc:none",
        "-classpath",
        System.getProperty("java.class.path"),
        "-d",
        classes.toString());
  }

  /**
   * Everything before the block stands on one line, so that lines of the class can be mapped to the
   * page.
   */
  private static JavaFileObject source(JavaBlock block) {
    String code = block.isProgram() ? block.code() : method(block);
    URI file = URI.create("string:///" + block.className() + ".java");
    return new SimpleJavaFileObject(file, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }

  private static String method(JavaBlock block) {
    return "import io.mlops4j.bench.docs.Prelude; "
        + IMPORTS
        + "class Block extends Prelude { void asWritten() throws Exception {\n"
        + block.code()
        + "}}\n";
  }

  private static String text(JavaBlock block, Diagnostic<?> found) {
    long line = block.line() + found.getLineNumber() - (block.isProgram() ? 1 : 2);
    return block.page().getFileName() + ":" + line + ": " + found.getMessage(null);
  }

  private static String publicPackages() {
    return new ClassFileImporter()
        .importPackages("io.mlops4j").stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .map(JavaClass::getPackageName)
            .filter(name -> !name.startsWith("io.mlops4j.bench"))
            .distinct()
            .sorted()
            .map(name -> "import " + name + ".*; ")
            .collect(joining());
  }
}
