package dev.sluice.chaos.checker;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checker as a process of its own. Argument: a file with a {@link CheckerInput} as JSON. Prints the verdict as one JSON
 * object; exit status 0 where every promise was kept, 1 where one was broken, {@value #FAILED} where it could not tell.
 */
public final class CheckerMain {
    static final int FAILED = 2;

    private static final Logger LOG = LoggerFactory.getLogger(CheckerMain.class);

    private CheckerMain() {}

    public static void main(String[] args) throws IOException {
        int status = FAILED;
        try {
            CheckerInput input = new JsonMapper().readValue(new File(args[0]), CheckerInput.class);
            Verdict verdict = new Checker(input).check();
            System.out.println(verdict.toJson());
            System.out.flush();
            status = verdict.ok() ? 0 : 1;
        } catch (RuntimeException | InterruptedException e) {
            LOG.error("event=check_failed", e);
        }
        System.exit(status);
    }
}
