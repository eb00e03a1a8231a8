import java.util.SplittableRandom;
import moa.classifiers.core.driftdetection.ADWIN;

/**
 * Prints what MOA's ADWIN does on seeded streams: a line for each row with a change, and for each
 * thousandth row. Run with the jar of nz.ac.waikato.cms.moa:moa and of com.github.fracpete:sizeofag
 * on the class path:
 *
 * <pre>java -cp moa.jar:sizeofag.jar MakeAdwin.java > adwin.csv</pre>
 */
public class MakeAdwin {
  static final int ROWS = 40_000;

  public static void main(String[] args) {
    System.out.println("stream,row,change,width,mean,variance");
    for (int stream = 0; stream < 6; stream++) {
      ADWIN adwin = new ADWIN();
      SplittableRandom random = new SplittableRandom(stream);
      for (int row = 1; row <= ROWS; row++) {
        boolean change = adwin.setInput(value(stream, row, random));
        if (change || row % 1000 == 0) {
          System.out.printf(
              "%d,%d,%b,%d,%s,%s%n",
              stream, row, change, adwin.getWidth(), adwin.getEstimation(), adwin.getVariance());
        }
      }
    }
  }

  /** The streams; the test has the same lines. */
  static double value(int stream, int row, SplittableRandom random) {
    double u = random.nextDouble();
    return switch (stream) {
      case 0 -> u; // nothing changes
      case 1 -> u < (row % 20_000 < 10_000 ? 0.2 : 0.3) ? 1 : 0; // errors, abrupt
      case 2 -> u + (double) row / ROWS; // creeps up
      case 3 -> u + Math.floor(row / 5_000.0) * 0.05; // small steps
      case 4 -> row / 500 % 2 == 0 ? u : -u; // flips often
      default -> 1e6 + u * (row < 30_000 ? 1 : 3); // far from zero, wider
    };
  }
}
