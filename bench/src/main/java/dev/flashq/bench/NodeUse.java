package dev.flashq.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process has used, from Linux's /proc.
 *
 * @param pid the process
 * @param cpuSeconds of all its threads so far
 * @param residentMiB memory in use now
 * @param switches how often its threads have gone to sleep so far, those that there are
 */
record NodeUse(long pid, double cpuSeconds, double residentMiB, long switches) {
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern VOLUNTARY = Pattern.compile("\nvoluntary_ctxt_switches:\\s+(\\d+)");
  private static final double TICKS_PER_SECOND = 100;

  /**
   * CPU seconds since {@code before}; since its start for a process that was started in between.
   */
  double cpuSecondsSince(NodeUse before) {
    return before.pid == pid ? cpuSeconds - before.cpuSeconds : cpuSeconds;
  }

  /** The same of its threads' sleeps; of threads that have ended meanwhile nothing is known. */
  long switchesSince(NodeUse before) {
    return before.pid == pid ? switches - before.switches : switches;
  }

  /** Whether the process has ended: what it used is not known any more. */
  boolean isGone() {
    return residentMiB == 0;
  }

  /** Voluntary context switches of all threads. */
  private static long switches(long pid) throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads) {
        sum += switches(thread.resolve("status"));
      }
    }
    return sum;
  }

  private static long switches(Path status) throws IOException {
    try {
      Matcher voluntary = VOLUNTARY.matcher(Files.readString(status));
      return voluntary.find() ? Long.parseLong(voluntary.group(1)) : 0;
    } catch (NoSuchFileException _) {
      return 0;
    }
  }

  static NodeUse of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      double cpu = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
      Matcher resident =
          RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
      return new NodeUse(
          pid,
          cpu,
          resident.find() ? Long.parseLong(resident.group(1)) / 1024.0 : 0,
          switches(pid));
    } catch (IOException e) {
      return new NodeUse(pid, 0, 0, 0);
    }
  }
}
