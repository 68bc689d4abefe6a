package dev.sluice.text;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a file can't be used. The file's name, which most of the JDK's messages consist of, is the caller's to say, once. */
public final class FileFault {
    /** Messages of older classes: the name, then the system's reason. */
    private static final Pattern NAME_AND_REASON = Pattern.compile(".*\\((.*)\\)", Pattern.DOTALL);

    private FileFault() {}

    /** A reason without the name of the file. */
    public static String reason(IOException fault) {
        return switch (fault) {
            case NoSuchFileException absent -> "there is no such file or folder";
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException taken -> "it exists already";
            case NotDirectoryException file -> "it is no folder";
            case DirectoryNotEmptyException full -> "the folder is not empty";
            case FileSystemException other when other.getReason() != null -> lower(other.getReason());
            case FileNotFoundException unusable -> afterName(String.valueOf(unusable.getMessage()));
            default -> {
                String message = fault.getMessage();
                yield message == null ? fault.getClass().getSimpleName() : message;
            }
        };
    }

    private static String afterName(String message) {
        Matcher matcher = NAME_AND_REASON.matcher(message);
        String reason = matcher.matches() ? lower(matcher.group(1)) : message;
        return reason.equals("no such file or directory") ? "there is no such file or folder" : reason;
    }

    private static String lower(String reason) {
        return reason.isEmpty() ? reason : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }
}
